//! The answer to a denied call, in each service's protocol. IAM User Guide: "Troubleshoot access denied error messages".

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::request::Service;
use crate::{Access, Decision};

const JSON_1_0: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const JSON_1_1: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A call that a role does not allow.
#[derive(Debug)]
pub struct Refusal {
    /// The right that is missing: the first of those that the call needs.
    pub access: Access,
    /// The service's answer.
    pub response: Response<Bytes>,
}

/// The message of a denied call.
pub(crate) fn message(user: &str, Access { action, resource }: &Access, decision: Decision) -> String {
    let why = match decision {
        Decision::ExplicitlyDenied => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    format!("User: {user} is not authorized to perform: {action} on resource: {resource} {why}")
}

/// The service's answer with that message.
pub(crate) fn response(service: Service, message: &str) -> Response<Bytes> {
    let mut headers = HeaderMap::new();
    let (status, content_type, body) = match service {
        Service::DynamoDb => {
            let kind = "com.amazon.coral.service#AccessDeniedException";
            (StatusCode::BAD_REQUEST, JSON_1_0, json!({"__type": kind, "Message": message}))
        }
        Service::Sqs => {
            headers.insert("x-amzn-query-error", HeaderValue::from_static("AccessDenied;Sender"));
            let kind = "com.amazon.coral.service#AccessDeniedException";
            (StatusCode::BAD_REQUEST, JSON_1_0, json!({"__type": kind, "message": message}))
        }
        Service::SecretsManager => {
            (StatusCode::BAD_REQUEST, JSON_1_1, json!({"__type": "AccessDeniedException", "Message": message}))
        }
        Service::Ses => {
            headers.insert("x-amzn-errortype", HeaderValue::from_static("AccessDeniedException"));
            (StatusCode::FORBIDDEN, JSON, json!({"message": message}))
        }
        Service::Lambda => {
            headers.insert("x-amzn-errortype", HeaderValue::from_static("AccessDeniedException"));
            (StatusCode::FORBIDDEN, JSON, json!({"Message": message}))
        }
    };
    headers.insert(CONTENT_TYPE, content_type);
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
