//! The errors of the Invoke API, in the form of AWS's REST-JSON protocol.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::InvokeError;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

pub(crate) enum Error {
    UnknownOperation,
    /// The ARN of what was not found.
    NotFound(String),
    InvalidParameter(String),
    InvalidContent(String),
    TooLarge(String),
    Throttled,
    Service(String),
}

/// Lambda's model names the message `message` in some of its errors and `Message` in others.
#[derive(Serialize, Default)]
struct Body<'a> {
    #[serde(rename = "Reason", skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(rename = "Type")]
    fault: &'a str,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(rename = "retryAfterSeconds", skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<&'a str>,
}

impl From<InvokeError> for Error {
    fn from(error: InvokeError) -> Self {
        match error {
            InvokeError::NotFound(function) => Self::NotFound(function),
            InvokeError::Throttled(_) => Self::Throttled,
            InvokeError::Unavailable(reason) => Self::Service(reason),
            error @ InvokeError::Unreachable(_) => Self::Service(error.to_string()),
        }
    }
}

impl Error {
    pub fn into_response(self) -> Response<Bytes> {
        let user = Body { fault: "User", ..Body::default() };
        match &self {
            Self::UnknownOperation => response(
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                &Body { message: Some("Only Invoke is served here."), ..user },
            ),
            Self::NotFound(arn) => response(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                &Body { capital_message: Some(&format!("Function not found: {arn}")), ..user },
            ),
            Self::InvalidParameter(message) => response(
                StatusCode::BAD_REQUEST,
                "InvalidParameterValueException",
                &Body { message: Some(message), ..user },
            ),
            Self::InvalidContent(message) => response(
                StatusCode::BAD_REQUEST,
                "InvalidRequestContentException",
                &Body { message: Some(message), ..user },
            ),
            Self::TooLarge(message) => response(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                &Body { message: Some(message), ..user },
            ),
            Self::Throttled => {
                let mut response = response(
                    StatusCode::TOO_MANY_REQUESTS,
                    "TooManyRequestsException",
                    &Body {
                        reason: Some("ReservedFunctionConcurrentInvocationLimitExceeded"),
                        message: Some("Rate Exceeded."),
                        retry_after_seconds: Some("1"),
                        ..user
                    },
                );
                response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
            Self::Service(message) => response(
                StatusCode::INTERNAL_SERVER_ERROR,
                "ServiceException",
                &Body { fault: "Service", capital_message: Some(message), ..Body::default() },
            ),
        }
    }
}

fn response(status: StatusCode, error_type: &'static str, body: &Body<'_>) -> Response<Bytes> {
    let mut response = Response::new(serde_json::to_vec(body).unwrap_or_default().into());
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error_type));
    response
}
