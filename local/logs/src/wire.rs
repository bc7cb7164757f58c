//! The CloudWatch Logs API over HTTP: the AWS JSON 1.1 protocol. Smithy: "AWS JSON 1.1 protocol".

mod events;
mod groups;
mod page;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::{Error, Logs};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

impl Logs {
    /// What `X-Amz-Target` of a request of this API begins with.
    pub const TARGET: &str = "Logs_20140328.";

    /// Answers one HTTP request of the CloudWatch Logs API.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(Self::TARGET).unwrap_or(target);
        let (status, body) = match run(self, operation, request.body()) {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => (
                StatusCode::BAD_REQUEST,
                json!({"__type": error.code(), "message": error.to_string()}).to_string().into_bytes(),
            ),
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

fn run(logs: &Logs, operation: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    match operation {
        "DescribeLogGroups" => encode(groups::groups(logs, decode(body)?)?),
        "DescribeLogStreams" => encode(groups::streams(logs, decode(body)?)?),
        "FilterLogEvents" => encode(events::filter(logs, decode(body)?)?),
        "GetLogEvents" => encode(events::get(logs, decode(body)?)?),
        _ => Err(Error::UnknownOperation(operation.chars().take(100).collect())),
    }
}

fn decode<I: DeserializeOwned>(body: &[u8]) -> Result<I, Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
        .map_err(|error| Error::Serialization(error.to_string()))
}

fn encode(output: impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&output).map_err(|error| Error::Serialization(error.to_string()))
}

#[cfg(test)]
mod tests;
