//! The Invoke API, which SDKs and the AWS CLI call; to be mounted wherever the stack serves HTTP.
//!
//! AWS: "Lambda API reference, Invoke". Signatures are not checked: only this machine can connect.

pub(crate) mod error;
pub(crate) mod target;

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use local_stories::Span;
use serde::de::IgnoredAny;

use crate::job::{self, Outcome};
use crate::{Invocation, Lambda};
use error::Error;
use target::Target;

const INVOCATION_TYPE: &str = "x-amz-invocation-type";
const LOG_TYPE: &str = "x-amz-log-type";
const CLIENT_CONTEXT: &str = "x-amz-client-context";
const TRACE_ID: &str = "x-amzn-trace-id";
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The largest payload of a synchronous invocation.
const SYNCHRONOUS_LIMIT: usize = 6 * 1024 * 1024;
/// The largest payload of an asynchronous one.
const ASYNCHRONOUS_LIMIT: usize = 1024 * 1024;

/// An extension of a request: the id of its invocation, made before. Another extension is its [`Span`] in stories.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// A new one.
    pub fn random() -> Self {
        Self(job::new_request_id())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

/// Answers `POST /2015-03-31/functions/{function}/invocations`, and any other request with an error.
pub async fn handle(lambda: &Lambda, request: Request<Bytes>) -> Response<Bytes> {
    let (mut parts, payload) = request.into_parts();
    let span = parts.extensions.remove::<Span>().unwrap_or_default();
    let request_id = parts.extensions.remove::<RequestId>().map_or_else(job::new_request_id, |RequestId(id)| id);
    let mut response = match invoke(lambda, &parts, payload, request_id.clone(), span).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The function that a request of the Invoke API names, by name or ARN as it was sent, and its qualifier; `None` if the
/// path is not the one of Invoke.
pub fn target(uri: &http::Uri) -> Option<(String, Option<String>)> {
    Target::parse(uri).map(Target::into_parts)
}

async fn invoke(
    lambda: &Lambda,
    parts: &http::request::Parts,
    payload: Bytes,
    request_id: String,
    span: Span,
) -> Result<Response<Bytes>, Error> {
    let target = Target::parse(&parts.uri).ok_or(Error::UnknownOperation)?;
    if parts.method != Method::POST {
        return Err(Error::UnknownOperation);
    }
    let function = target.function(lambda)?;
    let kind = invocation_type(&parts.headers)?;
    let request = job::Request {
        request_id,
        payload: checked(payload, kind)?,
        trace_id: header(&parts.headers, TRACE_ID).map_or_else(job::new_trace_id, str::to_owned),
        client_context: client_context(&parts.headers)?,
        tail: kind == InvocationType::RequestResponse && header(&parts.headers, LOG_TYPE) == Some("Tail"),
        span,
    };
    let response = match kind {
        InvocationType::DryRun => empty(StatusCode::NO_CONTENT),
        InvocationType::Event => {
            lambda.enqueue(&function, request)?;
            empty(StatusCode::ACCEPTED)
        }
        InvocationType::RequestResponse => invoked(lambda.run(&function, request).await?),
    };
    Ok(response)
}

fn invoked(outcome: Outcome) -> Response<Bytes> {
    let Invocation { payload, function_error, .. } = outcome.invocation;
    let mut response = Response::new(payload);
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    if function_error.is_some() {
        headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    if let Some(tail) = outcome.log_tail.and_then(|tail| HeaderValue::try_from(BASE64_STANDARD.encode(tail)).ok()) {
        headers.insert(LOG_RESULT, tail);
    }
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn invocation_type(headers: &HeaderMap) -> Result<InvocationType, Error> {
    match header(headers, INVOCATION_TYPE) {
        None | Some("RequestResponse") => Ok(InvocationType::RequestResponse),
        Some("Event") => Ok(InvocationType::Event),
        Some("DryRun") => Ok(InvocationType::DryRun),
        Some(other) => Err(Error::InvalidParameter(format!(
            "Value '{other}' at 'invocationType' failed to satisfy constraint: \
             Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
        ))),
    }
}

/// The payload, if it is JSON and not too large. An empty one becomes `{}`.
fn checked(payload: Bytes, kind: InvocationType) -> Result<Bytes, Error> {
    let (name, limit) = match kind {
        InvocationType::Event => ("Event", ASYNCHRONOUS_LIMIT),
        InvocationType::RequestResponse | InvocationType::DryRun => ("RequestResponse", SYNCHRONOUS_LIMIT),
    };
    if payload.len() > limit {
        return Err(Error::TooLarge(format!(
            "{} byte payload is too large for the {name} invocation type (limit {limit} bytes)",
            payload.len()
        )));
    }
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(error) => Err(Error::InvalidContent(format!("Could not parse request body into json: {error}"))),
    }
}

fn client_context(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(encoded) = header(headers, CLIENT_CONTEXT) else { return Ok(None) };
    let invalid = || Error::InvalidContent("Client context must be a valid Base64-encoded JSON object.".to_owned());
    let json = String::from_utf8(BASE64_STANDARD.decode(encoded).map_err(|_| invalid())?).map_err(|_| invalid())?;
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(&json).map_err(|_| invalid())?;
    // It reaches the function as a header: on one line, and without what no header can carry. Only white space has line
    // breaks in JSON; all else stays as it was sent, numbers with every digit.
    let context = json.trim().replace(['\n', '\r'], " ");
    if HeaderValue::from_str(&context).is_ok() { Ok(Some(context)) } else { Err(invalid()) }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod properties;
