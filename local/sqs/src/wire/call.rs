//! What every operation is given, and what many of them need.

use serde::Serialize;

use crate::{Error, Sqs};

/// A request, apart from its input.
pub(super) struct Call<'a> {
    pub sqs: &'a Sqs,
    /// The account or function that signed the request.
    pub sender: &'a str,
    /// Its `X-Amzn-Trace-Id` header.
    pub trace_header: Option<&'a str>,
}

/// The output of an operation that has none.
#[derive(Serialize)]
pub(super) struct Nothing {}

/// A required parameter.
pub(super) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Error> {
    value.ok_or(Error::MissingParameter(name))
}
