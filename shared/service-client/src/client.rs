//! One call of one function.

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

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The time the call was given is over.
    #[error("no answer in time")]
    Timeout,
    /// Lambda could not be reached, was throttling or failed itself.
    #[error("the function could not be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// Lambda refused the call: no such function, no permission.
    #[error("the function could not be invoked")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
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

impl CallError {
    /// Whether it may be over in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Failed(_))
    }
}

/// What a call may spend on retries.
pub(crate) fn retries(time: Duration) -> RetryBudget {
    RetryBudget::tries(4).within(time)
}

/// How long the init phase waits for a connection that the first call can open itself.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

impl ServiceClient {
    /// A client made from the function's environment, which knows the errors of the services that it calls by `codes`.
    ///
    /// # Errors
    /// [`aws::ConfigError`] if the environment lacks something.
    pub fn new(codes: Catalogue) -> Result<Self, aws::ConfigError> {
        Ok(Self::of(Api::new("lambda", "lambda")?, codes))
    }

    pub(crate) fn of(lambda: Api, codes: Catalogue) -> Self {
        Self { lambda, codes }
    }

    /// Opens the connection that the first call would wait for, by asking whether `function` may be invoked (Lambda
    /// Invoke, `DryRun`): for the init phase, which has a full CPU.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn connect(&self, function: &str) -> Result<(), CallError> {
        self.post(function, &[("x-amz-invocation-type", "DryRun")], &[], CONNECT_WITHIN).await?;
        Ok(())
    }

    /// Invokes `function` (a name or an ARN) and waits for its answer, no longer than `patience`. Throttling and
    /// Lambda's own failures, and the function's too, are tried again within that time.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn call<Q, A>(&self, function: &str, request: &Q, patience: Duration) -> Result<A, CallError>
    where
        Q: Serialize,
        A: DeserializeOwned,
    {
        let payload = serde_json::to_vec(request).map_err(CallError::Request)?;
        let attempt = |left| self.invoke(function, &payload, left);
        let answer =
            retry(retries(patience), attempt, |outcome| outcome.as_ref().is_err_and(CallError::is_passing)).await?;
        serde_json::from_slice(&answer).map_err(CallError::Malformed)
    }

    /// Invokes it once.
    pub(crate) async fn invoke(&self, function: &str, payload: &[u8], patience: Duration) -> Result<Bytes, CallError> {
        // As a client of the SDK does: the function that is called goes on with the trace, and Lambda can see a loop.
        let trace = std::env::var("_X_AMZN_TRACE_ID").ok();
        let headers: Vec<_> = trace.iter().map(|trace| ("x-amzn-trace-id", trace.as_str())).collect();
        let response = self.post(function, &headers, payload, patience).await?;
        match header(response.headers(), "x-amz-function-error") {
            Some(kind) => Err(CallError::Failed(kind.to_owned())),
            None => Ok(response.into_body()),
        }
    }

    /// A request of the Invoke API ("Invoke" in the Lambda API reference), without a second try.
    async fn post(
        &self,
        function: &str,
        headers: &[(&str, &str)],
        payload: &[u8],
        patience: Duration,
    ) -> Result<Response<Bytes>, CallError> {
        let path = format!("/2015-03-31/functions/{}/invocations", utf8_percent_encode(function, UNRESERVED));
        let answer = tokio::time::timeout(patience, self.lambda.post(&path, headers, payload)).await;
        match answer.map_err(|_| CallError::Timeout)? {
            Ok(response) if response.status().is_success() => Ok(response),
            // "Errors": 429 and 5xx are for now, the others for good.
            Ok(response) => {
                let for_now = response.status() == StatusCode::TOO_MANY_REQUESTS || response.status().is_server_error();
                let refusal = Box::new(Refusal::read(&response));
                Err(if for_now { CallError::Unreachable(refusal) } else { CallError::Refused(refusal) })
            }
            Err(error @ ApiError::NoAnswer(_)) => Err(CallError::Unreachable(error.into())),
            Err(error @ ApiError::Request(_)) => Err(CallError::Refused(error.into())),
        }
    }
}

/// RFC 3986, section 2.3: what a path has as it is. An ARN's colons are not among it.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What Lambda says when it does not invoke.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {message}")]
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn read(response: &Response<Bytes>) -> Self {
        /// "Errors": some have it in upper case.
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
