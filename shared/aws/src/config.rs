//! The settings of a function's environment, as the SDK's clients take them.

use std::env;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::http;

/// Time limit of one attempt of a call. (Invoking a function takes as long as that function: its caller sets the limit.)
pub const ATTEMPT_WITHIN: Duration = Duration::from_secs(2);

/// Time limit of a call, with all its attempts and the pauses between them.
pub const CALL_WITHIN: Duration = Duration::from_secs(5);

/// A setting is missing.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An environment variable of the function is not set, or is empty.
    #[error("{variable} is not set: look under `Environment` of {function} in the template for its name")]
    Missing {
        /// The variable's name.
        variable: &'static str,
        /// The function's name.
        function: String,
    },
    /// An environment variable has a value that can't be used.
    #[error("{variable} is `{value}`: {cause}; look under `Environment` of {function} in the template")]
    Unusable {
        /// The variable's name.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with the value.
        cause: String,
        /// The function's name.
        function: String,
    },
    /// The same as `Missing`, of a process that is no Lambda function, or of a variable that Lambda sets itself.
    #[error("{0} is not set; outside Lambda set it yourself, e.g. AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test")]
    Unset(&'static str),
}

impl ConfigError {
    /// The error for a variable, in the function of this name.
    fn missing(variable: &'static str, function: Option<String>) -> Self {
        match function.filter(|name| !name.is_empty() && !variable.starts_with("AWS_")) {
            Some(function) => Self::Missing { variable, function },
            None => Self::Unset(variable),
        }
    }

    fn unusable(variable: &'static str, value: String, cause: String, function: Option<String>) -> Self {
        let function = function.unwrap_or_else(|| "the function".to_owned());
        Self::Unusable { variable, value, cause, function }
    }
}

/// The configuration for a client of one AWS service, by the service's name in settings (`dynamodb`, `sqs`, …).
///
/// `AWS_ENDPOINT_URL_<SERVICE>` or else `AWS_ENDPOINT_URL` replaces the service's endpoint ("Service-specific
/// endpoints", AWS SDKs and Tools Reference Guide), so the same binary runs against a local stack.
///
/// A call has up to three attempts, with jittered backoff between them. One attempt may take [`ATTEMPT_WITHIN`], the call
/// [`CALL_WITHIN`].
///
/// # Errors
/// [`ConfigError`] if the region or the credentials are missing.
pub fn config(service: &str) -> Result<SdkConfig, ConfigError> {
    let environment = Environment::read(service)?;
    let http_client = http::client(environment.endpoint.as_deref());
    Ok(config_of(environment, http_client))
}

pub(crate) fn config_of(environment: Environment, http_client: SharedHttpClient) -> SdkConfig {
    let Environment { endpoint, region, credentials } = environment;
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25)))
        .timeout_config(
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_WITHIN).operation_timeout(CALL_WITHIN).build(),
        )
        // A body that stalls ends with its attempt. Watching each body as well would cost every call CPU time.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(endpoint);
    config.build()
}

/// What a function's environment says about one AWS service.
pub(crate) struct Environment {
    /// Replaces AWS's own endpoint: a URL.
    pub(crate) endpoint: Option<String>,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
}

impl Environment {
    pub(crate) fn read(service: &str) -> Result<Self, ConfigError> {
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

/// The value of an environment variable that the function can't run without, such as the name of its table.
///
/// # Errors
/// [`ConfigError`], which names the variable. Read at start, a missing table fails the deployment and not a request.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    let value = env::var(name).ok().filter(|value| !value.is_empty());
    value.ok_or_else(|| ConfigError::missing(name, env::var("AWS_LAMBDA_FUNCTION_NAME").ok()))
}

/// The value of an environment variable that may be empty, such as a setting that is off then; `None` if it is, or is not set.
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The value of an environment variable that is no text, such as a number of seconds.
///
/// # Errors
/// [`ConfigError`], which names the variable.
pub fn parsed<T>(name: &'static str) -> Result<T, ConfigError>
where
    T: FromStr<Err: Display>,
{
    let value = required(name)?;
    value.parse().map_err(|error: T::Err| {
        ConfigError::unusable(name, value, error.to_string(), env::var("AWS_LAMBDA_FUNCTION_NAME").ok())
    })
}

fn endpoint(service: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let own = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase().replace(['-', ' '], "_"));
    variable(&own).or_else(|| variable("AWS_ENDPOINT_URL")).filter(|url| !url.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{ConfigError, endpoint};

    #[test]
    fn a_missing_variable_points_to_the_functions_environment() {
        let told =
            |variable, function: Option<&str>| ConfigError::missing(variable, function.map(str::to_owned)).to_string();
        assert_eq!(
            told("HOLDS_TABLE", Some("ReserveStockFunction")),
            "HOLDS_TABLE is not set: look under `Environment` of ReserveStockFunction in the template for its name"
        );
        let cause = "invalid digit found in string".to_owned();
        assert_eq!(
            ConfigError::unusable("HOLD_SECONDS", "5s".to_owned(), cause, Some("ReserveStockFunction".to_owned()))
                .to_string(),
            "HOLD_SECONDS is `5s`: invalid digit found in string; look under `Environment` of ReserveStockFunction in the template"
        );
        let outside = "is not set; outside Lambda set it yourself, e.g. AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test";
        assert_eq!(told("HOLDS_TABLE", None), format!("HOLDS_TABLE {outside}"));
        assert_eq!(told("AWS_ACCESS_KEY_ID", Some("F")), format!("AWS_ACCESS_KEY_ID {outside}"));
    }

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
