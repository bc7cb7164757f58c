//! One call of one function.

use std::error::Error;
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A client for the functions of other services.
#[derive(Debug, Clone)]
pub struct ServiceClient {
    client: Client,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The time the call was given is over.
    #[error("no answer in time")]
    Timeout,
    /// Lambda could not be reached, refused the call or throttled it, after every retry.
    #[error("the function could not be invoked")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The function crashed, timed out or reported an error.
    #[error("the function failed: {0}")]
    Failed(String),
    /// It answered something else than was agreed.
    #[error("the function's answer was not understood")]
    Malformed(#[source] serde_json::Error),
    /// The request is no JSON.
    #[error("the request could not be encoded")]
    Request(#[source] serde_json::Error),
}

impl ServiceClient {
    /// A client made from the function's environment.
    ///
    /// # Errors
    /// [`aws::ConfigError`] if the environment lacks something.
    pub fn new() -> Result<Self, aws::ConfigError> {
        Ok(Self { client: Client::new(&aws::config("lambda")?) })
    }

    /// Invokes `function` (a name or an ARN) and waits for its answer, no longer than `patience`. Throttling and
    /// Lambda's own failures are tried again within that time.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn call<Q, A>(&self, function: &str, request: &Q, patience: Duration) -> Result<A, CallError>
    where
        Q: Serialize,
        A: DeserializeOwned,
    {
        let payload = Blob::new(serde_json::to_vec(request).map_err(CallError::Request)?);
        let invocation = self.client.invoke().function_name(function).payload(payload).send();
        let output = tokio::time::timeout(patience, invocation)
            .await
            .map_err(|_| CallError::Timeout)?
            .map_err(|error| CallError::Unreachable(error.into()))?;
        if let Some(kind) = output.function_error {
            return Err(CallError::Failed(kind));
        }
        let payload = output.payload.map(Blob::into_inner).unwrap_or_default();
        serde_json::from_slice(&payload).map_err(CallError::Malformed)
    }
}
