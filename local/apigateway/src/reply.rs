//! The function's answer as an HTTP response. Developer Guide: "Output format of a Lambda function for proxy
//! integration".
//!
//! No field is required (a missing status is 200), but there can be no others, as LocalStack's tests
//! `test_lambda_aws_proxy_response_format` and `test_aws_proxy_response_payload_format_validation` found on AWS.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde::Deserialize;

use crate::Cause;
use crate::fault::Fault;

/// The headers that a function can't set: API Gateway renames them ("Important notes", the table's last column, and
/// `x-amzn-requestid`, which it sets itself), so that the client never sees them under their own names.
const REMAPPED: [&str; 10] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "max-forwards",
    "server",
    "user-agent",
    "www-authenticate",
    "x-amzn-requestid",
];

/// The headers that it drops (the same table).
const DROPPED: [&str; 8] =
    ["expect", "host", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "via"];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Output {
    #[serde(default)]
    status_code: Option<Status>,
    #[serde(default)]
    headers: Option<BTreeMap<String, Scalar>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<Scalar>>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// A status may also be written as a string.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Status {
    Number(u16),
    Text(String),
}

/// The value of a header.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Flag(bool),
    Number(serde_json::Number),
}

/// Reads a proxy response. `decode` says whether the client wants a body in base64 decoded.
pub(crate) fn read(payload: &[u8], decode: bool) -> Result<Response<Bytes>, (Fault, Cause)> {
    let output = parse(payload).map_err(malformed)?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status(output.status_code.as_ref()).map_err(malformed)?;
    let mut headers = merged(&output).map_err(malformed)?;
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    *response.headers_mut() = headers;
    if !matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        let body = output.body.unwrap_or_default();
        *response.body_mut() = match output.is_base64_encoded {
            Some(true) if decode => BASE64.decode(body).map_err(not_base64)?.into(),
            _ => body.into(),
        };
    }
    Ok(response)
}

fn malformed(why: String) -> (Fault, Cause) {
    (Fault::BadIntegration, Cause::Malformed(why))
}

/// `API_CONFIGURATION_ERROR`: "when base64 decoding fails on binary data when binary support is enacted".
fn not_base64(error: base64::DecodeError) -> (Fault, Cause) {
    (Fault::ApiMisconfigured, Cause::Malformed(format!("body: {error}")))
}

fn parse(payload: &[u8]) -> Result<Output, String> {
    // serde would take an array for the fields in order.
    if payload.trim_ascii_start().first() != Some(&b'{') {
        return Err("not a JSON object".to_owned());
    }
    serde_json::from_slice(payload).map_err(|error| error.to_string())
}

fn status(status: Option<&Status>) -> Result<StatusCode, String> {
    let code = match status {
        None => return Ok(StatusCode::OK),
        Some(Status::Number(code)) => Some(*code),
        Some(Status::Text(code)) => code.parse().ok(),
    };
    // 1xx would be no final response.
    let code = code.filter(|code| (200..=599).contains(code)).and_then(|code| StatusCode::from_u16(code).ok());
    code.ok_or_else(|| format!("statusCode {status:?}"))
}

/// The headers of both maps. "If you specify values for both `headers` and `multiValueHeaders`, API Gateway merges them
/// into a single list. If the same key-value pair is specified in both, only the values from `multiValueHeaders` will
/// appear in the merged list."
fn merged(output: &Output) -> Result<HeaderMap, String> {
    let (mut single, mut several) = (HeaderMap::new(), HeaderMap::new());
    for (name, value) in output.headers.iter().flatten() {
        append(&mut single, name, value)?;
    }
    for (name, values) in output.multi_value_headers.iter().flatten() {
        for value in values {
            append(&mut several, name, value)?;
        }
    }
    let is_in_both = |name: &HeaderName, value: &HeaderValue| several.get_all(name).iter().any(|other| other == value);
    let mut merged = HeaderMap::new();
    for (name, value) in single.iter().filter(|(name, value)| !is_in_both(name, value)).chain(&several) {
        merged.append(name, value.clone());
    }
    Ok(merged)
}

fn append(headers: &mut HeaderMap, name: &str, value: &Scalar) -> Result<(), String> {
    let mut name: HeaderName = name.parse().map_err(|_| format!("header name {name:?}"))?;
    if DROPPED.contains(&name.as_str()) {
        return Ok(());
    }
    if REMAPPED.contains(&name.as_str()) {
        name = format!("x-amzn-remapped-{name}").parse().map_err(|_| format!("header name {name:?}"))?;
    }
    let value = match value {
        Scalar::Text(text) => text.parse(),
        Scalar::Flag(flag) => flag.to_string().parse(),
        Scalar::Number(number) => number.to_string().parse(),
    };
    headers.append(&name, value.map_err(|_| format!("value of header {name}"))?);
    Ok(())
}

#[cfg(test)]
mod tests;
