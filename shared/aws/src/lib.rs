//! The configuration every AWS SDK client of this workspace is made from, and [`api`] for what needs no client.
//!
//! Inside Lambda the region and the credentials are environment variables ("Defined runtime environment
//! variables"), so the search that `aws-config` makes through files and metadata services would cost
//! start-up time for nothing. The HTTP client is [`http`]'s, smaller than the SDK's. `cargo measure functions` has a
//! function on the SDK's defaults to compare with.
//!
//! ```no_run
//! # fn main() -> Result<(), aws::ConfigError> {
//! let config = aws::config("dynamodb")?;
//! // let client = aws_sdk_dynamodb::Client::new(&config);
//! # Ok(())
//! # }
//! ```

pub mod api;
pub mod http;
pub mod retry;
mod warm_up;

pub use warm_up::warm_up;

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// How long one attempt of a call may take, unless the caller knows better: a function that is invoked has its own time.
pub const ATTEMPT_WITHIN: Duration = Duration::from_secs(2);

/// How long all attempts of a call may take.
pub const CALL_WITHIN: Duration = Duration::from_secs(5);

/// What the environment lacks.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable that Lambda always sets is missing.
    #[error("{0} is not set; outside Lambda set it yourself, e.g. AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test")]
    Missing(&'static str),
}

/// The configuration for clients of one AWS service, named as in its endpoint (`dynamodb`, `sqs`, `lambda`, …).
///
/// `AWS_ENDPOINT_URL_<SERVICE>` or else `AWS_ENDPOINT_URL` replaces the service's endpoint ("Service-specific
/// endpoints", AWS SDKs reference guide): that is how the same binary runs against a local stack.
///
/// A call is tried up to three times with jittered backoff; an attempt may take [`ATTEMPT_WITHIN`], all of
/// them [`CALL_WITHIN`].
///
/// # Errors
/// [`ConfigError`] if the region or the credentials are missing.
pub fn config(service: &str) -> Result<SdkConfig, ConfigError> {
    let Environment { endpoint, region, credentials } = Environment::read(service)?;
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http::client(endpoint.as_deref()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25)))
        .timeout_config(
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_WITHIN).operation_timeout(CALL_WITHIN).build(),
        );
    config.set_endpoint_url(endpoint);
    Ok(config.build())
}

/// What a function's environment says of an API.
struct Environment {
    endpoint: Option<String>,
    region: String,
    credentials: Credentials,
}

impl Environment {
    fn read(service: &str) -> Result<Self, ConfigError> {
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            env::var("AWS_SESSION_TOKEN").ok(),
            None,
            "environment",
        );
        let region = env::var("AWS_REGION").or_else(|_| required("AWS_DEFAULT_REGION"))?;
        Ok(Self { endpoint: endpoint(service, |name| env::var(name).ok()), region, credentials })
    }
}

/// The names of the resources a function was given, read from its environment at start.
///
/// # Errors
/// [`ConfigError`] naming the variable, so that a function without its table fails at start, not at its first call.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    env::var(name).ok().filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name))
}

fn endpoint(service: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let own = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase().replace(['-', ' '], "_"));
    variable(&own).or_else(|| variable("AWS_ENDPOINT_URL")).filter(|url| !url.is_empty())
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn the_endpoint_of_one_service_wins_over_the_common_one() {
        let variables = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://common".to_owned()),
            "AWS_ENDPOINT_URL_DYNAMODB" => Some("http://tables".to_owned()),
            _ => None,
        };
        assert_eq!(endpoint("dynamodb", variables).as_deref(), Some("http://tables"));
        assert_eq!(endpoint("sqs", variables).as_deref(), Some("http://common"));
    }

    #[test]
    fn an_empty_endpoint_is_none() {
        assert_eq!(endpoint("sqs", |_| Some(String::new())), None);
    }
}
