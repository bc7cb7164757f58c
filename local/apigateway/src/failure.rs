//! Why the gateway could not use a function: for the log, never for the client.

use std::time::Duration;

use local_lambda::{FunctionError, InvokeError};

/// A function, integration or authorizer, that gave the gateway nothing to go on with.
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
    /// It failed. An authorizer's own words are left out of the message: they may hold the token.
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
    /// It answered, but not in the form its place asks for.
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
