//! One call of one function.

use std::error::Error;
use std::time::{Duration, Instant};

use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
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

/// The most to wait before the second try; doubled for each one after.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// How long the init phase waits for a connection that the first call can open itself.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// How often one call is tried at most.
const TRIES: u32 = 4;

impl ServiceClient {
    /// A client made from the function's environment.
    ///
    /// # Errors
    /// [`aws::ConfigError`] if the environment lacks something.
    pub fn new() -> Result<Self, aws::ConfigError> {
        let config = Builder::from(&aws::config("lambda")?);
        Ok(Self::from_client(Client::from_conf(Self::bounded(config).build())))
    }

    pub(crate) fn from_client(client: Client) -> Self {
        Self { client }
    }

    /// Opens the connection that the first call would wait for, by asking whether `function` may be invoked (Lambda
    /// Invoke, `DryRun`): for the init phase, which has a full CPU.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn connect(&self, function: &str) -> Result<(), CallError> {
        let dry_run = self.client.invoke().function_name(function).invocation_type(InvocationType::DryRun).send();
        tokio::time::timeout(CONNECT_WITHIN, dry_run).await.map_err(|_| CallError::Timeout)?.map_err(told)?;
        Ok(())
    }

    /// The time and the tries are not the SDK's: they depend on who is waiting for the answer.
    pub(crate) fn bounded(config: Builder) -> Builder {
        let timeouts = TimeoutConfig::builder().disable_operation_attempt_timeout().disable_operation_timeout().build();
        config.retry_config(RetryConfig::disabled()).timeout_config(timeouts)
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
        let answer = self
            .persist(
                patience,
                |left| self.invoke(function, &payload, left),
                |outcome| outcome.as_ref().is_err_and(CallError::is_passing),
            )
            .await?;
        serde_json::from_slice(&answer).map_err(CallError::Malformed)
    }

    /// Tries until the outcome is not one to try again on, for no longer than `patience`; the waits between are drawn
    /// at random up to a doubling bound ("full jitter"), so that callers who failed together don't come back together.
    pub(crate) async fn persist<T, F>(
        &self,
        patience: Duration,
        attempt: impl Fn(Duration) -> F,
        again: impl Fn(&Result<T, CallError>) -> bool,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let deadline = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            let outcome = attempt(deadline.saturating_duration_since(Instant::now())).await;
            let wait = pause.mul_f64(rand::random());
            if !again(&outcome) || Instant::now() + wait >= deadline {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        attempt(deadline.saturating_duration_since(Instant::now())).await
    }

    /// Invokes it once.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        payload: &[u8],
        patience: Duration,
    ) -> Result<Vec<u8>, CallError> {
        let invocation = self.client.invoke().function_name(function).payload(Blob::new(payload)).send();
        let output = tokio::time::timeout(patience, invocation).await.map_err(|_| CallError::Timeout)?.map_err(told)?;
        if let Some(kind) = output.function_error {
            return Err(CallError::Failed(kind));
        }
        Ok(output.payload.map(Blob::into_inner).unwrap_or_default())
    }
}

/// Lambda Invoke, "Errors": 429 and 5xx are for now, the others for good.
fn told(error: SdkError<InvokeError>) -> CallError {
    match error.raw_response().map(|response| response.status().as_u16()) {
        None | Some(429 | 500..=599) => CallError::Unreachable(error.into()),
        Some(_) => CallError::Refused(error.into()),
    }
}
