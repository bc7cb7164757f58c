//! Why a request of an AWS client is refused.

use std::borrow::Cow;

use http::StatusCode;

use super::protocol::Protocol;

/// An error, before it is written in a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The error's name in the API.
    pub code: Cow<'static, str>,
    /// What a person reads.
    pub message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// A parameter that is missing or wrong.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Something that AWS can do, and this machine can't.
    pub fn not_emulated(protocol: Protocol, service: &str, operation: &str, emulated: &[&str]) -> Self {
        let what = if operation.is_empty() { "this request" } else { operation };
        let service = if service.is_empty() { "an unnamed service" } else { service };
        let of = |there: &[&str]| format!("; of {service} there are {}", there.join(", "));
        let rest = if emulated.is_empty() { String::new() } else { of(emulated) };
        let message: String =
            format!("{what} of {service} is not emulated by cargo local{rest}").chars().take(500).collect();
        let (status, code) = match protocol {
            Protocol::Json => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
            Protocol::RestJson | Protocol::Cbor => (StatusCode::NOT_FOUND, "UnknownOperationException"),
            Protocol::Query | Protocol::Ec2 | Protocol::RestXml => (StatusCode::BAD_REQUEST, "InvalidAction"),
            Protocol::S3 => (StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        };
        Self::new(status, code, message)
    }

    /// A function whose role does not allow the call.
    pub fn denied(protocol: Protocol, message: String) -> Self {
        match protocol {
            Protocol::Json => Self::new(StatusCode::BAD_REQUEST, "AccessDeniedException", message),
            Protocol::RestJson | Protocol::Cbor => Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message),
            _ => Self::new(StatusCode::FORBIDDEN, "AccessDenied", message),
        }
    }

    /// A request without a signature, or from elsewhere than this machine.
    pub fn unsigned(protocol: Protocol) -> Self {
        let code = if protocol.is_xml() { "MissingAuthenticationToken" } else { "MissingAuthenticationTokenException" };
        Self::new(StatusCode::FORBIDDEN, code, "the request is not signed")
    }
}
