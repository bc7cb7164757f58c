//! Calling another service's [`envelope::Rpc`].

use std::time::Duration;

use aws::retry::retry;
use envelope::{Code, Failure, read_response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::retries;
use crate::{CallError, ServiceClient};

/// What a client is told to wait before it asks again, in seconds.
const RETRY_AFTER: u64 = 1;

impl ServiceClient {
    /// Calls the procedure `function` of `service` (`product-service`) and waits for its answer, no longer than
    /// `patience`. Whatever may be over in a moment is tried again within that time, so the procedure has to be one
    /// that may be called twice.
    ///
    /// # Errors
    /// The other's own failure as it gave it: code, message and details. 503 with `{service}` if it could not be
    /// reached, was throttled, did not answer in time or stayed busy; 502 with the same words if it crashed, failed
    /// inside or answered what is not understood.
    pub async fn rpc<Q, A>(
        &self,
        service: &'static str,
        function: &str,
        request: &Q,
        patience: Duration,
    ) -> Result<A, Failure>
    where
        Q: Serialize,
        A: DeserializeOwned,
    {
        let payload = serde_json::to_vec(request)?;
        let attempt = async |left| {
            let answer = self.invoke(function, &payload, left).await?;
            read_response(&answer, self.codes).map_err(CallError::Malformed)
        };
        let again = |outcome: &Result<Result<A, Failure>, CallError>| match outcome {
            Ok(Err(failure)) => failure.code() == Code::SERVICE_UNAVAILABLE,
            Ok(Ok(_)) => false,
            Err(error) => error.is_passing(),
        };
        match retry(retries(patience), attempt, again).await {
            Ok(Err(failure)) if failure.code() == Code::INTERNAL_ERROR => {
                Err(wrong(service).caused_by(Told(failure.message().to_owned())))
            }
            Ok(Err(failure)) if failure.code() == Code::SERVICE_UNAVAILABLE => {
                Err(away(service).caused_by(Told(failure.message().to_owned())))
            }
            Ok(answer) => answer,
            Err(error @ (CallError::Timeout | CallError::Unreachable(_))) => Err(away(service).caused_by(error)),
            Err(error) => Err(wrong(service).caused_by(error)),
        }
    }
}

/// What the other said of a trouble of its own; the cause is in its log, under the same request id.
#[derive(Debug, thiserror::Error)]
#[error("the other service failed: {0}")]
struct Told(String);

fn away(service: &'static str) -> Failure {
    Failure::service_unavailable(format!("{service} unavailable"), RETRY_AFTER).detail("service", service)
}

fn wrong(service: &'static str) -> Failure {
    Failure::bad_gateway(format!("{service} unavailable")).detail("service", service)
}

#[cfg(test)]
mod tests;
