//! The Secrets Manager API over HTTP: the AWS JSON 1.1 protocol. Smithy: "AWS JSON 1.1 protocol".

mod describe;
mod field;
mod value;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::{Error, SecretsManager};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const TARGET: &str = "secretsmanager.";

/// Operations of Secrets Manager that are refused here.
const NOT_EMULATED: [&str; 18] = [
    "BatchGetSecretValue",
    "CancelRotateSecret",
    "CreateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "GetRandomPassword",
    "GetResourcePolicy",
    "ListSecretVersionIds",
    "PutResourcePolicy",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "ValidateResourcePolicy",
];

impl SecretsManager {
    /// Answers one HTTP request of the Secrets Manager API. `caller` is who signed it.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(TARGET).unwrap_or(target);
        tracing::debug!(%operation, caller, "a Secrets Manager request");
        let (status, body) = match run(self, operation, request.body()).await {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => failure(operation, &error),
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        if let Ok(id) = HeaderValue::try_from(Uuid::now_v7().to_string()) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }
}

async fn run(manager: &SecretsManager, operation: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    match operation {
        "GetSecretValue" => encode(value::get(manager, decode(body)?).await?),
        "PutSecretValue" => encode(value::put(manager, decode(body)?).await?),
        "DescribeSecret" => encode(describe::one(manager, decode(body)?).await?),
        "ListSecrets" => encode(describe::all(manager, decode(body)?).await?),
        "RotateSecret" => {
            Err(Error::InvalidRequest("No Lambda rotation function ARN is associated with this secret.".into()))
        }
        _ if NOT_EMULATED.contains(&operation) => {
            Err(Error::InvalidRequest(format!("{operation} is not emulated: secrets come from the template.")))
        }
        _ => Err(Error::UnknownOperation(operation.into())),
    }
}

/// The parser's own message would quote the input, which may be a secret.
fn decode<I: DeserializeOwned>(body: &[u8]) -> Result<I, Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body }).map_err(|_| Error::Serialization)
}

fn encode(output: impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&output).map_err(|_| Error::Serialization)
}

fn failure(operation: &str, error: &Error) -> (StatusCode, Vec<u8>) {
    let (status, code) = match error {
        Error::NotFound | Error::VersionNotFound(_) => (StatusCode::BAD_REQUEST, "ResourceNotFoundException"),
        Error::InvalidParameter(_) => (StatusCode::BAD_REQUEST, "InvalidParameterException"),
        Error::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "InvalidRequestException"),
        Error::VersionExists => (StatusCode::BAD_REQUEST, "ResourceExistsException"),
        Error::UnknownOperation(_) => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
        Error::Serialization => (StatusCode::BAD_REQUEST, "SerializationException"),
        Error::Template(_)
        | Error::Impossible(_)
        | Error::Unreadable { .. }
        | Error::Io { .. }
        | Error::Snapshot(_)
        | Error::Stopped => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
    };
    let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%operation, %error, "a Secrets Manager request failed");
        "An internal error occurred.".into()
    } else {
        error.to_string()
    };
    (status, json!({ "__type": code, "Message": message }).to_string().into_bytes())
}
