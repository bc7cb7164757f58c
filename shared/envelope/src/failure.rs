//! An error response.

use std::error::Error;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Code, EntityTag};

/// The message of every unexpected error: the cause goes to the log, never to the client.
pub(crate) const INTERNAL_MESSAGE: &str = "An internal error occurred";

/// An error response.
///
/// Any [`std::error::Error`] becomes one by `?`: a 500 without detail, whose cause is in the log.
///
/// ```
/// use envelope::{Code, Failure};
/// use serde_json::json;
///
/// let failure = Failure::not_found("Product not found").detail("productId", "42");
/// assert_eq!(failure.code(), Code::NOT_FOUND);
///
/// fn port(text: &str) -> Result<u16, Failure> { Ok(text.parse()?) }
/// assert_eq!(port("eighty").unwrap_err().code(), Code::INTERNAL_ERROR);
/// ```
pub struct Failure(Box<Inner>);

pub(crate) struct Inner {
    pub code: Code,
    pub message: String,
    pub details: Map<String, Value>,
    pub retry_after: Option<u64>,
    pub cause: Option<Box<dyn Error + Send + Sync>>,
    pub metrics: Vec<&'static str>,
}

impl Failure {
    /// An error of any code with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            details: Map::new(),
            retry_after: None,
            cause: None,
            metrics: Vec::new(),
        }))
    }

    /// 400: the request is invalid. [`crate::decode`] makes these for bodies and queries.
    pub fn validation(code: Code, message: impl Into<String>) -> Self {
        debug_assert_eq!(code.kind(), "ValidationError");
        Self::new(code, message)
    }

    /// 401: the request carries no bearer token.
    pub fn token_required() -> Self {
        Self::new(Code::TOKEN_REQUIRED, "Token required")
    }

    /// 401: the bearer token is malformed or forged.
    pub fn invalid_token() -> Self {
        Self::new(Code::INVALID_TOKEN, "Invalid token")
    }

    /// 401: the bearer token has expired.
    pub fn token_expired() -> Self {
        Self::new(Code::TOKEN_EXPIRED, "Token expired")
    }

    /// 401: wrong email address or password; the answer does not say which.
    pub fn invalid_credentials() -> Self {
        Self::new(Code::INVALID_CREDENTIALS, "Invalid credentials")
    }

    /// 403: the caller's role does not allow it.
    pub fn forbidden() -> Self {
        Self::new(Code::FORBIDDEN, "Access denied")
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NOT_FOUND, message)
    }

    /// 405.
    pub fn method_not_allowed() -> Self {
        Self::new(Code::METHOD_NOT_ALLOWED, "Method not allowed")
    }

    /// 409: the state of the resource does not allow it.
    pub fn conflict(code: Code, message: impl Into<String>) -> Self {
        debug_assert_eq!(code.kind(), "ConflictError");
        Self::new(code, message)
    }

    /// 412: the resource is in this version, which `If-Match` does not have.
    pub fn precondition_failed(current: &EntityTag) -> Self {
        Self::new(Code::PRECONDITION_FAILED, "Precondition failed").detail("etag", current.to_string())
    }

    /// 413: the body is over `limit` bytes.
    pub fn payload_too_large(limit: usize) -> Self {
        Self::new(Code::PAYLOAD_TOO_LARGE, "Request body too large").detail("limit", limit)
    }

    /// 415: the body is not declared as `application/json`.
    pub fn unsupported_media_type() -> Self {
        Self::new(Code::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json")
    }

    /// 422: the `Idempotency-Key` came before with a different request.
    pub fn idempotency_key_reused() -> Self {
        Self::new(Code::IDEMPOTENCY_KEY_REUSED, "Idempotency key reused with a different request")
    }

    /// 429: too many requests; try again after `retry_after` seconds.
    pub fn too_many_requests(message: impl Into<String>, retry_after: u64) -> Self {
        Self::new(Code::RATE_LIMIT_EXCEEDED, message).retry_after(retry_after)
    }

    /// 500 without detail; `cause` goes to the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::INTERNAL_ERROR, INTERNAL_MESSAGE).caused_by(cause)
    }

    /// 502: another service failed or gave an invalid answer.
    pub fn bad_gateway(message: impl Into<String>) -> Self {
        Self::new(Code::BAD_GATEWAY, message)
    }

    /// 503: temporarily unavailable; try again after `retry_after` seconds.
    pub fn service_unavailable(message: impl Into<String>, retry_after: u64) -> Self {
        Self::new(Code::SERVICE_UNAVAILABLE, message).retry_after(retry_after)
    }

    /// 504: another service did not answer in time.
    pub fn gateway_timeout(message: impl Into<String>) -> Self {
        Self::new(Code::GATEWAY_TIMEOUT, message)
    }

    /// Adds one key to `error.details`.
    #[must_use]
    pub fn detail(mut self, key: &str, value: impl Serialize) -> Self {
        // A value that has no JSON (a map whose keys are not strings) is a bug, but no reason to lose the answer.
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.0.details.insert(key.to_owned(), value);
        self
    }

    /// Sets the cause, which only the log shows.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds 1 to a metric with this answer.
    #[must_use]
    pub fn metric(mut self, name: &'static str) -> Self {
        self.0.metrics.push(name);
        self
    }

    /// Adds `Retry-After`, in seconds; at least 1.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds.max(1));
        self
    }

    /// `error.code`.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The message a client reads.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// `error.details`.
    pub fn details(&self) -> &Map<String, Value> {
        &self.0.details
    }

    pub(crate) fn into_inner(self) -> Inner {
        *self.0
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("details", &self.0.details)
            .field("cause", &self.0.cause)
            .finish()
    }
}

/// A source that makes an error a 503 instead of a 500, as trying again may help.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{service} is unavailable")]
pub struct Unavailable {
    /// What is unavailable: `database`.
    pub service: &'static str,
}

// Possible only because `Failure` itself does not implement `Error`.
impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut source: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(current) = source {
            if current.is::<Unavailable>() {
                return Self::service_unavailable("Service temporarily unavailable", 1).caused_by(error);
            }
            source = current.source();
        }
        Self::internal(error)
    }
}
