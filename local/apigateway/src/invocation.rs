//! Calling a function.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use local_lambda::{FunctionError, Invocation, Invoke, InvokeError};
use local_stories::Span;
use serde::Deserialize;

use crate::Cause;

/// Calls a function and waits for its response, which may be an error.
///
/// A function that was called runs to its end, as on AWS: neither the gateway's timeout nor the client hanging up
/// (which drops this future) stops it.
pub(crate) async fn call(
    invoke: &Arc<dyn Invoke>,
    function: &Arc<str>,
    payload: Bytes,
    timeout: Duration,
    span: &Span,
) -> Result<Invocation, Cause> {
    let (invoke, called, span) = (Arc::clone(invoke), Arc::clone(function), span.clone());
    let run = tokio::spawn(async move { invoke.invoke_within(span, &called, payload).await });
    match tokio::time::timeout(timeout, run).await {
        Ok(Ok(outcome)) => Ok(outcome?),
        Ok(Err(ended)) => Err(InvokeError::Unavailable(ended.to_string()).into()),
        Err(_) => Err(Cause::TimedOut(timeout)),
    }
}

/// The error that a failed function reported.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Report {
    pub(crate) error_type: String,
    pub(crate) error_message: String,
}

impl Report {
    pub(crate) fn read(payload: &[u8]) -> Self {
        serde_json::from_slice(payload).unwrap_or_default()
    }

    /// The failure in full.
    pub(crate) fn cause(&self, kind: FunctionError) -> Cause {
        Cause::Failed { kind, message: format!("{}: {}", self.error_type, self.error_message) }
    }
}
