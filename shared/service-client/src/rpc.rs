//! Calls of another service's [`envelope::Rpc`].

use std::time::Duration;

use aws::retry::retry;
use envelope::{Code, Failure, read_response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::retries;
use crate::{CallError, ServiceClient};

/// `Retry-After` of a 503, in seconds.
const RETRY_AFTER: u64 = 1;

impl ServiceClient {
    /// Calls `function` (a name or an ARN) of `service` (the name that a client reads in a failure), and gives up after
    /// `time_budget`. Transient failures are tried again within that time, so the function has to be idempotent.
    ///
    /// # Errors
    /// - The function's own failure: its code, message and details.
    /// - 503 with `{service}` in its details if Lambda could not be reached or was throttling, or if the function did not
    ///   respond in time or answered 503 to every try.
    /// - 502 with the same details if the function crashed, had an internal error or gave a malformed response.
    pub async fn rpc<Request, Response>(
        &self,
        service: &'static str,
        function: &str,
        request: &Request,
        time_budget: Duration,
    ) -> Result<Response, Failure>
    where
        Request: Serialize,
        Response: DeserializeOwned,
    {
        let payload = serde_json::to_vec(request)?;
        let attempt = async |time_left| {
            let response = self.invoke(function, &payload, time_left).await?;
            read_response(&response, self.codes).map_err(CallError::Malformed)
        };
        let is_transient = |outcome: &Result<Result<Response, Failure>, CallError>| match outcome {
            Ok(Err(failure)) => failure.code() == Code::SERVICE_UNAVAILABLE,
            Ok(Ok(_)) => false,
            Err(error) => error.is_transient(),
        };
        match retry(retries(time_budget), attempt, is_transient).await {
            Ok(Err(failure)) if failure.code() == Code::INTERNAL_ERROR => {
                Err(bad_gateway(service).caused_by(RemoteFailure(failure.message().to_owned())))
            }
            Ok(Err(failure)) if failure.code() == Code::SERVICE_UNAVAILABLE => {
                Err(unavailable(service).caused_by(RemoteFailure(failure.message().to_owned())))
            }
            Ok(response) => response,
            Err(error @ (CallError::Timeout | CallError::Unreachable(_))) => Err(unavailable(service).caused_by(error)),
            Err(error) => Err(bad_gateway(service).caused_by(error)),
        }
    }
}

/// The message of the other service's 500 or 503. Its log has the cause, under the same request id.
#[derive(Debug, thiserror::Error)]
#[error("the other service failed: {0}")]
struct RemoteFailure(String);

fn unavailable(service: &'static str) -> Failure {
    Failure::service_unavailable(format!("{service} unavailable"), RETRY_AFTER).detail("service", service)
}

fn bad_gateway(service: &'static str) -> Failure {
    Failure::bad_gateway(format!("{service} unavailable")).detail("service", service)
}

#[cfg(test)]
mod tests;
