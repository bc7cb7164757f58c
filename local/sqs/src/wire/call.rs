//! What every operation is given, and what many of them need.

use local_stories::Span;
use serde::Serialize;

use crate::{Error, Sqs};

/// A request, apart from its input.
pub(super) struct Call<'a> {
    pub sqs: &'a Sqs,
    /// Where the client reached the queues: `http://127.0.0.1:3000`. URLs of queues begin with it.
    pub endpoint: &'a str,
    /// The account or function that signed the request.
    pub sender: &'a str,
    /// Its `X-Amzn-Trace-Id` header.
    pub trace_header: Option<&'a str>,
    /// The call's place in its stories.
    pub span: &'a Span,
}

/// The output of an operation that has none.
#[derive(Serialize)]
pub(super) struct Nothing {}

/// A required parameter.
pub(super) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Error> {
    value.ok_or(Error::MissingParameter(name))
}
