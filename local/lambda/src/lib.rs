//! AWS Lambda on one machine: function processes, the Runtime API they speak, the Invoke API others call.
//!
//! [`Lambda`] keeps a pool of processes for each function. A process is an ordinary Lambda binary: it polls the
//! [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) for events and posts its
//! responses, and can't tell this from AWS. [`Reaper`] makes sure that no process outlives the stack, and
//! [`api`] serves the Invoke API to AWS SDKs. [`Remote`] calls functions that another program runs.
//!
//! What happens to one invocation, file by file: `functions` finds the function's `pool`, which gives the `job` to an
//! idle `instance` or starts one; the instance hands it to its process through `runtime_api`, waits for the
//! response, the deadline or the end of the process, and replies.
#![warn(missing_docs)]

pub mod api;
mod credentials;
mod deployment;
mod environment;
mod failure;
mod function;
mod functions;
mod instance;
mod job;
mod lambda;
mod memory;
mod options;
mod output;
mod pool;
mod process;
pub mod reaper;
pub mod remote;
mod report;
mod retry;
mod runtime_api;
mod stack;

pub use function::FunctionSpec;
pub use functions::{DeployError, InstanceInfo};
pub use lambda::Lambda;
pub use options::{LogSink, Options};
pub use reaper::Reaper;
pub use remote::Remote;
pub use retry::Retries;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use local_stories::Span;

/// The result of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// `x-amzn-RequestId` of the invocation.
    pub request_id: String,
    /// What the function returned, or `{"errorType","errorMessage"}` when it failed.
    pub payload: Bytes,
    /// `X-Amz-Function-Error`: set when the function reported an error, crashed or timed out.
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
    /// Functions run in another program, and nothing listens there ([`Invoke::ready`] waits for it).
    #[error("no functions at {0}")]
    Unreachable(String),
}

/// Something that runs functions. [`Lambda`] does; tests put a closure in its place.
pub trait Invoke: Send + Sync + 'static {
    /// Runs a function (by name, logical id or ARN) once and waits for its response (`RequestResponse`).
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>>;

    /// Like [`invoke`](Self::invoke); what happens is recorded in stories, at this place.
    fn invoke_within<'a>(
        &'a self,
        _span: Span,
        function: &'a str,
        payload: Bytes,
    ) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        self.invoke(function, payload)
    }

    /// Waits until functions can be invoked. Functions that run in this process always can.
    fn ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
