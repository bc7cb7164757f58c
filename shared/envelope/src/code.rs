//! The catalogue of errors: each code with its type and status.

use http::StatusCode;

macro_rules! codes {
    ($($status:ident $kind:literal { $($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)? })+) => {
        /// What went wrong, as a client's program reads it (`error.code`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($($(#[$doc])* $variant,)+)+ }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// `error.code`.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$variant => $name,)+)+ }
            }

            /// The code of this name, as another service's answer gives it.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// `error.type`, the family the code belongs to.
            pub const fn kind(self) -> &'static str {
                match self { $($(Self::$variant)|+ => $kind,)+ }
            }

            /// The HTTP status that goes with it (RFC 9110, section 15; 429: RFC 6585).
            pub const fn status(self) -> StatusCode {
                match self { $($(Self::$variant)|+ => StatusCode::$status,)+ }
            }
        }
    };
}

codes! {
    BAD_REQUEST "ValidationError" {
        /// A required field is absent or blank.
        MissingFields = "MISSING_FIELDS",
        /// A field is unknown, of the wrong type or out of its range.
        InvalidFields = "INVALID_FIELDS",
        /// The body is no JSON object.
        InvalidJson = "INVALID_JSON",
        /// A page cursor that this API did not make.
        InvalidCursor = "INVALID_CURSOR",
        /// A line of an order is malformed.
        InvalidItem = "INVALID_ITEM",
        /// An order without lines.
        EmptyOrder = "EMPTY_ORDER",
        /// An order for something that is not sold.
        ProductNotFound = "PRODUCT_NOT_FOUND",
        /// More was asked for than there is.
        InsufficientStock = "INSUFFICIENT_STOCK",
    }
    UNAUTHORIZED "AuthenticationError" {
        /// No bearer token was sent.
        TokenRequired = "TOKEN_REQUIRED",
        /// The bearer token proves nothing.
        InvalidToken = "INVALID_TOKEN",
        /// Wrong address or password.
        InvalidCredentials = "INVALID_CREDENTIALS",
    }
    FORBIDDEN "AuthorizationError" {
        /// Known, but not allowed.
        Forbidden = "FORBIDDEN",
    }
    NOT_FOUND "NotFoundError" {
        /// Nothing there, or nothing this caller may know of.
        NotFound = "NOT_FOUND",
    }
    METHOD_NOT_ALLOWED "MethodNotAllowedError" {
        /// The resource does not do that.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
    }
    CONFLICT "ConflictError" {
        /// The address is taken.
        UserExists = "USER_EXISTS",
        /// The order has gone too far.
        OrderNotCancellable = "ORDER_NOT_CANCELLABLE",
        /// The resource changed meanwhile.
        Conflict = "CONFLICT",
    }
    PAYLOAD_TOO_LARGE "PayloadTooLargeError" {
        /// The body is over the limit.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    }
    UNSUPPORTED_MEDIA_TYPE "UnsupportedMediaTypeError" {
        /// The body is not declared as JSON.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    }
    UNPROCESSABLE_ENTITY "IdempotencyError" {
        /// The key was used for another request.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
    }
    TOO_MANY_REQUESTS "RateLimitError" {
        /// Slow down; `Retry-After` says for how long.
        RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
    }
    INTERNAL_SERVER_ERROR "InternalError" {
        /// A fault of this service; its cause is in the log under the request id.
        InternalError = "INTERNAL_ERROR",
    }
    BAD_GATEWAY "BadGatewayError" {
        /// Another service answered wrongly.
        BadGateway = "BAD_GATEWAY",
    }
    SERVICE_UNAVAILABLE "ServiceUnavailableError" {
        /// Try again; `Retry-After` says when.
        ServiceUnavailable = "SERVICE_UNAVAILABLE",
    }
    GATEWAY_TIMEOUT "GatewayTimeoutError" {
        /// Another service did not answer in time.
        GatewayTimeout = "GATEWAY_TIMEOUT",
    }
}
