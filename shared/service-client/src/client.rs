//! Calls of a function through Lambda's Invoke API.

use std::error::Error;
use std::time::Duration;

use aws::api::{Api, ApiError};
use aws::retry::{RetryBudget, retry};
use bytes::Bytes;
use envelope::Catalogue;
use http::{HeaderMap, Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A client for the functions of other services.
#[derive(Debug, Clone)]
pub struct ServiceClient {
    lambda: Api,
    pub(crate) codes: Catalogue,
}

/// Why a call has no response.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The time budget is used up.
    #[error("no response in time")]
    Timeout,
    /// Lambda could not be reached, was throttling or failed (429, 5xx).
    #[error("the function could not be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// Lambda refused the call, for example because there is no such function or no permission to call it.
    #[error("the function could not be invoked")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The function crashed, timed out or returned an error; the value of `X-Amz-Function-Error`.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The response is not of the expected type.
    #[error("the function's response is malformed")]
    Malformed(#[source] serde_json::Error),
    /// The request can't be written as JSON.
    #[error("the request could not be encoded")]
    Request(#[source] serde_json::Error),
}

impl CallError {
    /// Whether the same call may succeed a moment later.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Failed(_))
    }
}

/// What one call may spend on retries.
pub(crate) fn retries(time_budget: Duration) -> RetryBudget {
    RetryBudget::tries(4).within(time_budget)
}

/// How long [`ServiceClient::connect`] waits; a connection that is not open by then is opened by the first call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

impl ServiceClient {
    /// A client configured by the function's environment. `codes` are the error codes of the services that it calls.
    ///
    /// # Errors
    /// [`aws::ConfigError`] if the environment lacks something.
    pub fn new(codes: Catalogue) -> Result<Self, aws::ConfigError> {
        Ok(Self::of(Api::new("lambda", "lambda")?, codes))
    }

    pub(crate) fn of(lambda: Api, codes: Catalogue) -> Self {
        Self { lambda, codes }
    }

    /// Opens the connection that the first call would have to wait for, by asking whether `function` may be invoked (Invoke
    /// with type `DryRun`). A function does this in its init phase, which has a full CPU.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn connect(&self, function: &str) -> Result<(), CallError> {
        self.post(function, &[("x-amz-invocation-type", "DryRun")], &[], CONNECT_TIMEOUT).await?;
        Ok(())
    }

    /// Calls `function` (a name or an ARN), and gives up after `time_budget`. Transient failures are tried again within that
    /// time, so the function has to be idempotent.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn call<Request, Response>(
        &self,
        function: &str,
        request: &Request,
        time_budget: Duration,
    ) -> Result<Response, CallError>
    where
        Request: Serialize,
        Response: DeserializeOwned,
    {
        let payload = serde_json::to_vec(request).map_err(CallError::Request)?;
        let attempt = |time_left| self.invoke(function, &payload, time_left);
        let is_transient = |outcome: &Result<Bytes, CallError>| outcome.as_ref().is_err_and(CallError::is_transient);
        let response = retry(retries(time_budget), attempt, is_transient).await?;
        serde_json::from_slice(&response).map_err(CallError::Malformed)
    }

    /// Calls the function once.
    pub(crate) async fn invoke(&self, function: &str, payload: &[u8], timeout: Duration) -> Result<Bytes, CallError> {
        // As the SDK's clients do: the function continues the trace, and Lambda detects functions that call each other in a
        // loop.
        let trace = std::env::var("_X_AMZN_TRACE_ID").ok();
        let headers: Vec<_> = trace.iter().map(|trace| ("x-amzn-trace-id", trace.as_str())).collect();
        let response = self.post(function, &headers, payload, timeout).await?;
        match header(response.headers(), "x-amz-function-error") {
            Some(kind) => Err(CallError::Failed(kind.to_owned())),
            None => Ok(response.into_body()),
        }
    }

    /// Sends one request of the Invoke API.
    async fn post(
        &self,
        function: &str,
        headers: &[(&str, &str)],
        payload: &[u8],
        timeout: Duration,
    ) -> Result<Response<Bytes>, CallError> {
        let path = format!("/2015-03-31/functions/{}/invocations", utf8_percent_encode(function, UNRESERVED));
        let response = tokio::time::timeout(timeout, self.lambda.post(&path, headers, payload)).await;
        match response.map_err(|_| CallError::Timeout)? {
            Ok(response) if response.status().is_success() => Ok(response),
            // Invoke, "Errors": 429 and 5xx may succeed later, the others will not.
            Ok(response) => {
                let is_transient =
                    response.status() == StatusCode::TOO_MANY_REQUESTS || response.status().is_server_error();
                let refusal = Box::new(Refusal::read(&response));
                Err(if is_transient { CallError::Unreachable(refusal) } else { CallError::Refused(refusal) })
            }
            Err(error @ (ApiError::NoAnswer(_) | ApiError::NotConnected(_))) => {
                Err(CallError::Unreachable(error.into()))
            }
            Err(error @ ApiError::Request(_)) => Err(CallError::Refused(error.into())),
        }
    }
}

/// The characters that a path segment has unencoded (RFC 3986, section 2.3). An ARN's colons are encoded.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Lambda's response to a call that it refused.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {message}")]
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn read(response: &Response<Bytes>) -> Self {
        /// Some errors spell the field in upper case.
        #[derive(Deserialize)]
        struct Body {
            #[serde(alias = "Message")]
            message: String,
        }
        let message = serde_json::from_slice(response.body()).map_or_else(|_| String::new(), |body: Body| body.message);
        Self { status: response.status(), message }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
