//! An answer that is a success.

use http::StatusCode;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{Call, Failure, Pagination};

/// What an endpoint answers when it did what it was asked.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) data: Option<Box<RawValue>>,
    pub(crate) message: &'static str,
    pub(crate) pagination: Option<Pagination>,
    pub(crate) location: Option<String>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) metrics: Vec<&'static str>,
}

impl Reply {
    fn new(status: StatusCode, message: &'static str, data: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self {
            status,
            data: Some(to_raw_value(data)?),
            message,
            pagination: None,
            location: None,
            headers: Vec::new(),
            metrics: Vec::new(),
        })
    }

    /// 200 with `data`.
    ///
    /// # Errors
    /// A 500 if `data` is no JSON; so for the other constructors.
    pub fn ok(message: &'static str, data: impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::OK, message, &data)
    }

    /// 201 with `data`, and a `Location` made of the path where the new resource can be read.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn created(call: &Call, path: &str, message: &'static str, data: impl Serialize) -> Result<Self, Failure> {
        let mut reply = Self::new(StatusCode::CREATED, message, &data)?;
        reply.location = Some(format!("{}{path}", call.path_prefix()));
        Ok(reply)
    }

    /// 202 with `data`: begun, not done.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn accepted(message: &'static str, data: impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::ACCEPTED, message, &data)
    }

    /// 204: done, and nothing to say.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            data: None,
            message: "",
            pagination: None,
            location: None,
            headers: Vec::new(),
            metrics: Vec::new(),
        }
    }

    /// 200 with a page of rows and where it stands.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn paginated(message: &'static str, rows: impl Serialize, pagination: Pagination) -> Result<Self, Failure> {
        let mut reply = Self::new(StatusCode::OK, message, &rows)?;
        reply.pagination = Some(pagination);
        Ok(reply)
    }

    /// Adds a response header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Counts one of a metric with this answer.
    #[must_use]
    pub fn metric(mut self, name: &'static str) -> Self {
        self.metrics.push(name);
        self
    }
}
