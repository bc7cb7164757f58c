//! A success response.

use std::borrow::Cow;

use http::StatusCode;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{Call, EntityTag, Failure, Pagination};

/// A success response.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) data: Option<Box<RawValue>>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) pagination: Option<Pagination>,
    pub(crate) location: Option<String>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) metrics: Vec<&'static str>,
    /// The version of the resource that `data` shows.
    pub(crate) tag: Option<EntityTag>,
    /// The media type of a body that is not in the envelope.
    pub(crate) bare: Option<&'static str>,
}

impl Reply {
    fn new(status: StatusCode, message: &'static str, data: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self {
            status,
            data: Some(to_raw_value(data)?),
            message: Cow::Borrowed(message),
            pagination: None,
            location: None,
            headers: Vec::new(),
            metrics: Vec::new(),
            tag: None,
            bare: None,
        })
    }

    /// 200 with `data`.
    ///
    /// # Errors
    /// A 500 if `data` has no JSON (a map whose keys are not strings).
    pub fn ok(message: &'static str, data: impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::OK, message, &data)
    }

    /// 200 with this body as it is, of this media type: for a document whose form a standard fixes. Errors are in the
    /// envelope all the same.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn bare(media_type: &'static str, body: impl Serialize) -> Result<Self, Failure> {
        let mut reply = Self::new(StatusCode::OK, "", &body)?;
        reply.bare = Some(media_type);
        Ok(reply)
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

    /// 202 with `data`: the work has begun but is not done.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn accepted(message: &'static str, data: impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::ACCEPTED, message, &data)
    }

    /// 204, without a body.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            data: None,
            message: Cow::Borrowed(""),
            pagination: None,
            location: None,
            headers: Vec::new(),
            metrics: Vec::new(),
            tag: None,
            bare: None,
        }
    }

    /// 200 with one page of a list.
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

    /// Names the version of the resource that `data` shows, in place of a hash of it.
    #[must_use]
    pub fn version(mut self, tag: EntityTag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Adds 1 to a metric with this answer.
    #[must_use]
    pub fn metric(mut self, name: &'static str) -> Self {
        self.metrics.push(name);
        self
    }
}
