//! Error codes: what a client's program reads to know what went wrong.

use std::fmt;

use http::StatusCode;

/// `error.code` of an answer, with the type and the HTTP status that go with it.
///
/// The codes that any API needs are constants here. An API names its own the same way and lists them in a
/// [`Catalogue`]:
///
/// ```
/// use envelope::{Catalogue, Code, Kind};
///
/// const SOLD_OUT: Code = Code::new("SOLD_OUT", Kind::CONFLICT);
/// const CATALOGUE: Catalogue = Catalogue::new(&[SOLD_OUT]);
///
/// assert_eq!(SOLD_OUT.status(), 409);
/// assert_eq!(CATALOGUE.find("SOLD_OUT"), Some(SOLD_OUT));
/// assert_eq!(CATALOGUE.find("NOT_FOUND"), Some(Code::NOT_FOUND));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    kind: Kind,
}

/// `error.type`: a family of codes that share an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    name: &'static str,
    status: StatusCode,
}

/// The error codes of one API: the general ones and its own.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    own: &'static [Code],
}

impl Code {
    /// A code of an API's own.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind }
    }

    /// `error.code`: `NOT_FOUND`.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// `error.type`: `NotFoundError`.
    pub const fn kind(self) -> &'static str {
        self.kind.name
    }

    /// The HTTP status of an answer with this code.
    pub const fn status(self) -> StatusCode {
        self.kind.status
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Kind {
    /// A type of an API's own.
    pub const fn new(name: &'static str, status: StatusCode) -> Self {
        Self { name, status }
    }
}

impl Catalogue {
    /// The general codes and an API's own.
    pub const fn new(own: &'static [Code]) -> Self {
        Self { own }
    }

    /// Every code: the general ones first.
    pub fn codes(self) -> impl Iterator<Item = Code> {
        Code::GENERAL.iter().chain(self.own).copied()
    }

    /// The code of this name.
    pub fn find(self, name: &str) -> Option<Code> {
        self.codes().find(|code| code.name == name)
    }
}

macro_rules! general {
    ($($kind:ident = $type:literal $status:ident { $($(#[$doc:meta])* $code:ident)+ })+) => {
        /// The types of the general codes; statuses are those of RFC 9110, section 15 (429: RFC 6585).
        impl Kind {
            $(#[doc = concat!("`", $type, "`")] pub const $kind: Self = Self::new($type, StatusCode::$status);)+
        }

        /// The codes that any API needs.
        impl Code {
            $($($(#[$doc])* pub const $code: Self = Self::new(stringify!($code), Kind::$kind);)+)+

            /// Every general code.
            pub const GENERAL: &'static [Self] = &[$($(Self::$code,)+)+];
        }
    };
}

general! {
    VALIDATION = "ValidationError" BAD_REQUEST {
        /// A required field is absent or blank.
        MISSING_FIELDS
        /// A field is unknown, of the wrong type or out of its range.
        INVALID_FIELDS
        /// The body is not a JSON object.
        INVALID_JSON
        /// A page cursor that this API did not make.
        INVALID_CURSOR
    }
    AUTHENTICATION = "AuthenticationError" UNAUTHORIZED {
        /// The request carries no bearer token.
        TOKEN_REQUIRED
        /// The bearer token is malformed, forged or expired.
        INVALID_TOKEN
        /// The bearer token has expired.
        TOKEN_EXPIRED
        /// Wrong email address or password.
        INVALID_CREDENTIALS
    }
    AUTHORIZATION = "AuthorizationError" FORBIDDEN {
        /// The caller's role does not allow it.
        FORBIDDEN
    }
    NOT_FOUND = "NotFoundError" NOT_FOUND {
        /// No such resource, or none that this caller may see.
        NOT_FOUND
    }
    METHOD_NOT_ALLOWED = "MethodNotAllowedError" METHOD_NOT_ALLOWED {
        /// The resource does not support the HTTP method.
        METHOD_NOT_ALLOWED
    }
    CONFLICT = "ConflictError" CONFLICT {
        /// Another request changed the resource meanwhile.
        CONFLICT
    }
    PRECONDITION_FAILED = "PreconditionFailedError" PRECONDITION_FAILED {
        /// The resource is in another version than `If-Match` demands.
        PRECONDITION_FAILED
    }
    PAYLOAD_TOO_LARGE = "PayloadTooLargeError" PAYLOAD_TOO_LARGE {
        /// The body is over the limit.
        PAYLOAD_TOO_LARGE
    }
    UNSUPPORTED_MEDIA_TYPE = "UnsupportedMediaTypeError" UNSUPPORTED_MEDIA_TYPE {
        /// The body is not declared as JSON.
        UNSUPPORTED_MEDIA_TYPE
    }
    IDEMPOTENCY = "IdempotencyError" UNPROCESSABLE_ENTITY {
        /// The `Idempotency-Key` came before with a different request.
        IDEMPOTENCY_KEY_REUSED
    }
    RATE_LIMIT = "RateLimitError" TOO_MANY_REQUESTS {
        /// Too many requests; `Retry-After` says when to try again.
        RATE_LIMIT_EXCEEDED
    }
    INTERNAL = "InternalError" INTERNAL_SERVER_ERROR {
        /// A fault of this service; the log has its cause under the request id.
        INTERNAL_ERROR
    }
    BAD_GATEWAY = "BadGatewayError" BAD_GATEWAY {
        /// Another service failed or gave an invalid answer.
        BAD_GATEWAY
    }
    SERVICE_UNAVAILABLE = "ServiceUnavailableError" SERVICE_UNAVAILABLE {
        /// Temporarily unavailable; `Retry-After` says when to try again.
        SERVICE_UNAVAILABLE
    }
    GATEWAY_TIMEOUT = "GatewayTimeoutError" GATEWAY_TIMEOUT {
        /// Another service did not answer in time.
        GATEWAY_TIMEOUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_exact_name() {
        const OWN: Code = Code::new("SOLD_OUT", Kind::CONFLICT);
        const CATALOGUE: Catalogue = Catalogue::new(&[OWN]);
        for code in CATALOGUE.codes() {
            assert_eq!(CATALOGUE.find(code.as_str()), Some(code));
        }
        assert_eq!(CATALOGUE.find("not_found"), None);
        assert_eq!(Catalogue::new(&[]).find("SOLD_OUT"), None);
    }

    #[test]
    fn a_code_is_shown_by_its_name() {
        assert_eq!(format!("{:?}", Code::NOT_FOUND), "NOT_FOUND");
    }
}
