//! Why the gateway could not use a function: for the log, never for the client.

use std::time::Duration;

use local_lambda::{FunctionError, InvokeError};

/// A function, integration or authorizer, that gave the gateway no usable response.
#[derive(Debug, thiserror::Error)]
#[error("{function}: {cause}")]
pub struct Failure {
    /// Logical id of the function.
    pub function: String,
    /// What went wrong with it.
    pub cause: Cause,
}

/// What can go wrong with a function.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// It runs on, but the gateway has stopped waiting for it.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// It failed. An authorizer's error message is left out, as it may quote the token.
    #[error("{}: {message}", how(*kind))]
    Failed {
        /// How.
        kind: FunctionError,
        /// `errorType`, and `errorMessage` where it can be shown.
        message: String,
    },
    /// It was not run.
    #[error(transparent)]
    NotInvoked(#[from] InvokeError),
    /// Its response is not in the form that a proxy integration or an authorizer has.
    #[error("malformed answer: {0}")]
    Malformed(String),
}

fn how(error: FunctionError) -> &'static str {
    match error {
        FunctionError::Reported => "reported an error",
        FunctionError::TimedOut => "timed out",
        FunctionError::Crashed => "crashed",
    }
}
