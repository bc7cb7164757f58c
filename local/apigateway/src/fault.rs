//! Why the gateway refuses a request, and the status, type and message of each refusal. Developer Guide: "Gateway response types for API Gateway".
//!
//! A fault has a status of its own, which need not be the default of its response type: a malformed Lambda answer is a
//! 502 of type `DEFAULT_5XX`, and a throttled function a 500 of type `INTEGRATION_FAILURE`, whose default is 504.

use http::StatusCode;

/// The types of the gateway's own responses, which a template can define (`GatewayResponses`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are AWS's, and the guide explains them
pub enum ResponseType {
    AccessDenied,
    ApiConfigurationError,
    AuthorizerConfigurationError,
    AuthorizerFailure,
    BadRequestBody,
    BadRequestParameters,
    Default4xx,
    Default5xx,
    ExpiredToken,
    IntegrationFailure,
    IntegrationTimeout,
    InvalidApiKey,
    InvalidSignature,
    MissingAuthenticationToken,
    QuotaExceeded,
    RequestTooLarge,
    ResourceNotFound,
    Throttled,
    Unauthorized,
    UnsupportedMediaType,
    WafFiltered,
}

impl ResponseType {
    /// Every type with its name and its default status; the two defaults have none.
    const ALL: [(Self, &'static str, Option<StatusCode>); 21] = [
        (Self::AccessDenied, "ACCESS_DENIED", Some(StatusCode::FORBIDDEN)),
        (Self::ApiConfigurationError, "API_CONFIGURATION_ERROR", Some(StatusCode::INTERNAL_SERVER_ERROR)),
        (Self::AuthorizerConfigurationError, "AUTHORIZER_CONFIGURATION_ERROR", Some(StatusCode::INTERNAL_SERVER_ERROR)),
        (Self::AuthorizerFailure, "AUTHORIZER_FAILURE", Some(StatusCode::INTERNAL_SERVER_ERROR)),
        (Self::BadRequestBody, "BAD_REQUEST_BODY", Some(StatusCode::BAD_REQUEST)),
        (Self::BadRequestParameters, "BAD_REQUEST_PARAMETERS", Some(StatusCode::BAD_REQUEST)),
        (Self::Default4xx, "DEFAULT_4XX", None),
        (Self::Default5xx, "DEFAULT_5XX", None),
        (Self::ExpiredToken, "EXPIRED_TOKEN", Some(StatusCode::FORBIDDEN)),
        (Self::IntegrationFailure, "INTEGRATION_FAILURE", Some(StatusCode::GATEWAY_TIMEOUT)),
        (Self::IntegrationTimeout, "INTEGRATION_TIMEOUT", Some(StatusCode::GATEWAY_TIMEOUT)),
        (Self::InvalidApiKey, "INVALID_API_KEY", Some(StatusCode::FORBIDDEN)),
        (Self::InvalidSignature, "INVALID_SIGNATURE", Some(StatusCode::FORBIDDEN)),
        (Self::MissingAuthenticationToken, "MISSING_AUTHENTICATION_TOKEN", Some(StatusCode::FORBIDDEN)),
        (Self::QuotaExceeded, "QUOTA_EXCEEDED", Some(StatusCode::TOO_MANY_REQUESTS)),
        (Self::RequestTooLarge, "REQUEST_TOO_LARGE", Some(StatusCode::PAYLOAD_TOO_LARGE)),
        (Self::ResourceNotFound, "RESOURCE_NOT_FOUND", Some(StatusCode::NOT_FOUND)),
        (Self::Throttled, "THROTTLED", Some(StatusCode::TOO_MANY_REQUESTS)),
        (Self::Unauthorized, "UNAUTHORIZED", Some(StatusCode::UNAUTHORIZED)),
        (Self::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        (Self::WafFiltered, "WAF_FILTERED", Some(StatusCode::FORBIDDEN)),
    ];

    /// The type that AWS calls so (`DEFAULT_4XX`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(response_type, ..)| *response_type)
    }

    /// What AWS calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    pub(crate) fn default_status(self) -> Option<StatusCode> {
        Self::ALL[self as usize].2
    }
}

/// Why the gateway responds itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No such path, or no such method on it.
    NoRoute,
    /// The same, with an `Authorization` header: API Gateway then takes the request for one signed with AWS
    /// credentials, and finds that it is not.
    NoRouteButAuthorization,
    /// No token, or one that does not look like one, or one that the authorizer refused.
    Unauthorized,
    /// The authorizer's policy does not allow this.
    Denied {
        /// A statement forbids it, rather than none allowing it.
        explicit: bool,
    },
    /// The authorizer did not answer.
    AuthorizerFailure,
    /// The authorizer's answer was not understood.
    AuthorizerMalformed,
    /// The stage's throttle.
    Throttled,
    /// A path or query that can't be decoded.
    BadRequest,
    /// A body that ended early, or whose chunks are broken.
    UnreadableBody,
    /// The ARN of the method is longer than a policy may name.
    UriTooLong,
    /// Request line and headers are over the limit.
    HeadTooLarge,
    /// The body is over the limit.
    BodyTooLarge,
    /// The function failed, or its answer is not a proxy response.
    BadIntegration,
    /// The function did not answer in time.
    IntegrationTimeout,
    /// The function's concurrency is used up.
    IntegrationThrottled,
    /// Lambda is not there.
    IntegrationUnavailable,
    /// There is no such function, or its binary answer can't be decoded.
    ApiMisconfigured,
}

impl Fault {
    pub(crate) fn response_type(self) -> ResponseType {
        self.parts().0
    }

    /// The status where no gateway response is defined.
    pub(crate) fn status(self) -> StatusCode {
        self.parts().1
    }

    /// `x-amzn-ErrorType`.
    pub(crate) fn error_type(self) -> &'static str {
        self.parts().2
    }

    /// `$context.error.message`; API Gateway says nothing of a broken authorizer (`{"message":null}`).
    pub(crate) fn message(self) -> Option<&'static str> {
        self.parts().3
    }

    fn parts(self) -> (ResponseType, StatusCode, &'static str, Option<&'static str>) {
        use ResponseType as Type;
        const INTERNAL: &str = "InternalServerErrorException";
        const INTERNAL_MESSAGE: Option<&str> = Some("Internal server error");
        let usual = |of: Type| of.default_status().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (response_type, status, error_type, message) = match self {
            Self::NoRoute => (
                Type::MissingAuthenticationToken,
                None,
                "MissingAuthenticationTokenException",
                Some("Missing Authentication Token"),
            ),
            Self::NoRouteButAuthorization => (
                Type::InvalidSignature,
                None,
                "IncompleteSignatureException",
                // AWS goes on to quote the header; a credential does not belong in a body or a log.
                Some("Authorization header requires 'Credential' parameter."),
            ),
            Self::Unauthorized => (Type::Unauthorized, None, "UnauthorizedException", Some("Unauthorized")),
            Self::Denied { explicit } => (
                Type::AccessDenied,
                None,
                "AccessDeniedException",
                Some(match explicit {
                    true => "User is not authorized to access this resource with an explicit deny",
                    false => "User is not authorized to access this resource",
                }),
            ),
            Self::AuthorizerFailure => (Type::AuthorizerFailure, None, "AuthorizerFailureException", None),
            Self::AuthorizerMalformed => {
                (Type::AuthorizerConfigurationError, None, "AuthorizerConfigurationException", None)
            }
            Self::Throttled => (Type::Throttled, None, "TooManyRequestsException", Some("Too Many Requests")),
            Self::BadRequest => (Type::BadRequestParameters, None, "BadRequestException", Some("Bad Request")),
            Self::UnreadableBody => (Type::BadRequestBody, None, "BadRequestException", Some("Invalid request body")),
            Self::UriTooLong => {
                (Type::Default4xx, Some(StatusCode::URI_TOO_LONG), "BadRequestException", Some("Request URI too long"))
            }
            Self::HeadTooLarge => (
                Type::BadRequestParameters,
                Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
                "BadRequestException",
                Some("Request Header Fields Too Large"),
            ),
            Self::BodyTooLarge => (Type::RequestTooLarge, None, "RequestTooLargeException", Some("Request Too Long")),
            Self::BadIntegration => (Type::Default5xx, Some(StatusCode::BAD_GATEWAY), INTERNAL, INTERNAL_MESSAGE),
            Self::IntegrationTimeout => (Type::IntegrationTimeout, None, INTERNAL, Some("Endpoint request timed out")),
            Self::IntegrationThrottled => {
                (Type::IntegrationFailure, Some(StatusCode::INTERNAL_SERVER_ERROR), INTERNAL, INTERNAL_MESSAGE)
            }
            Self::IntegrationUnavailable => (Type::IntegrationFailure, None, INTERNAL, INTERNAL_MESSAGE),
            Self::ApiMisconfigured => (Type::ApiConfigurationError, None, INTERNAL, INTERNAL_MESSAGE),
        };
        (response_type, status.unwrap_or_else(|| usual(response_type)), error_type, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_by_its_name_and_keeps_its_place() {
        for (response_type, name, _) in ResponseType::ALL {
            assert_eq!(ResponseType::named(name), Some(response_type));
            assert_eq!(response_type.name(), name);
        }
        assert_eq!(ResponseType::named("NOT_FOUND"), None);
    }
}
