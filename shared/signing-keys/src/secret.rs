//! Secrets Manager's `GetSecretValue`, without the SDK's client, whose other operations would make the binary larger.

use std::error::Error;
use std::time::Duration;

use aws::api::{Api, ApiError};
use aws::retry::{RetryBudget, retry};
use aws::{ATTEMPT_WITHIN, CALL_WITHIN};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

/// A secret, by its ARN or name.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    api: Api,
    id: String,
}

/// One of a secret's versions.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Version {
    pub version_id: String,
    pub secret_string: Option<String>,
}

/// Why a version could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("no answer in time")]
    Timeout,
    #[error(transparent)]
    NoAnswer(#[from] ApiError),
    #[error("refused: {status} {kind}")]
    Refused { status: StatusCode, kind: String },
    #[error("the answer was not understood")]
    Malformed(#[source] Box<dyn Error + Send + Sync>),
}

impl Secret {
    pub(crate) fn new(id: String) -> Result<Self, aws::ConfigError> {
        Ok(Self { api: Api::new("secrets-manager", "secretsmanager")?, id })
    }

    /// The secret of this id, read through this API.
    #[cfg(test)]
    pub(crate) fn through(api: Api, id: &str) -> Self {
        Self { api, id: id.to_owned() }
    }

    /// The version that the staging label `AWSCURRENT` is attached to, if there is one.
    pub(crate) async fn current(&self) -> Result<Option<Version>, SecretError> {
        let request = json!({"SecretId": self.id, "VersionStage": "AWSCURRENT"}).to_string();
        let attempt = async |left: Duration| self.call(&request, left.min(ATTEMPT_WITHIN)).await;
        let budget = RetryBudget::tries(4).within(CALL_WITHIN);
        match retry(budget, attempt, |outcome| outcome.as_ref().is_err_and(SecretError::is_transient)).await {
            Ok(body) => match serde_json::from_slice(&body) {
                Ok(version) => Ok(Some(version)),
                // Not its cause, which may quote the secret.
                Err(error) => Err(SecretError::Malformed(format!("JSON, column {}", error.column()).into())),
            },
            Err(SecretError::Refused { kind, .. }) if kind == "ResourceNotFoundException" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// AWS, "GetSecretValue" in the Secrets Manager API reference.
    async fn call(&self, request: &str, timeout: Duration) -> Result<Bytes, SecretError> {
        let headers =
            [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetSecretValue")];
        let answer = tokio::time::timeout(timeout, self.api.post("/", &headers, request.as_bytes())).await;
        let response = answer.map_err(|_| SecretError::Timeout)??;
        match response.status() {
            StatusCode::OK => Ok(response.into_body()),
            status => Err(SecretError::Refused { status, kind: kind(&response) }),
        }
    }
}

impl SecretError {
    /// Whether the same call may succeed a moment later. AWS, "Common error types": throttling is a 400.
    fn is_transient(&self) -> bool {
        match self {
            Self::Timeout | Self::NoAnswer(ApiError::NoAnswer(_) | ApiError::NotConnected(_)) => true,
            Self::Refused { status, kind } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS || kind.starts_with("Throttling")
            }
            Self::NoAnswer(ApiError::Request(_)) | Self::Malformed(_) => false,
        }
    }
}

/// The error's name, of `com.amazonaws.secretsmanager#ResourceNotFoundException` or the name alone (Smithy, "AWS JSON 1.1
/// protocol").
fn kind(response: &Response<Bytes>) -> String {
    #[derive(Deserialize)]
    struct Body {
        #[serde(rename = "__type")]
        kind: String,
    }
    let body: Option<Body> = serde_json::from_slice(response.body()).ok();
    body.and_then(|body| body.kind.rsplit('#').next().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
