//! AWS Lambda on one machine: function processes, the Runtime API they speak, the Invoke API others call.
#![warn(missing_docs)]

use bytes::Bytes;
use futures_util::future::BoxFuture;

/// The answer of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// `x-amzn-RequestId` of the invocation.
    pub request_id: String,
    /// What the function answered, or `{"errorType","errorMessage"}` when it failed.
    pub payload: Bytes,
    /// `X-Amz-Function-Error`: set when the function answered with an error, crashed or timed out.
    pub function_error: Option<FunctionError>,
}

/// How an invocation failed inside the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionError {
    /// The function reported an error through the Runtime API.
    Reported,
    /// It ran longer than its `Timeout`.
    TimedOut,
    /// Its process ended, or never came up.
    Crashed,
}

/// Why a function was not run.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// No such function.
    #[error("function not found: {0}")]
    NotFound(String),
    /// All the concurrency it may use is in use (`TooManyRequestsException`).
    #[error("rate exceeded: {0} has no instance free")]
    Throttled(String),
    /// Lambda's own failure, or it is shutting down.
    #[error("service unavailable: {0}")]
    Unavailable(String),
}

/// Something that runs functions. [`Lambda`] does; tests put a closure in its place.
pub trait Invoke: Send + Sync + 'static {
    /// Runs a function (by name, logical id or ARN) once and waits for its answer (`RequestResponse`).
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>>;
}
