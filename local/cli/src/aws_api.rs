//! The AWS services on the stack's port, told apart by path and `X-Amz-Target` as SDKs send them.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use local_apigateway::Unread;
use serde_json::json;

use crate::stack::Stack;

/// The Invoke API's paths begin with its version.
const LAMBDA: &str = "/2015-03-31/";

/// Whether a request is for an AWS service, not for the template's API.
pub fn is_meant(request: &Request<impl Sized>) -> bool {
    request.uri().path().starts_with(LAMBDA)
        || (request.method() == Method::POST
            && request.uri().path() == "/"
            && request.headers().contains_key("x-amz-target"))
}

/// Answers as the service would.
pub async fn handle(stack: &Stack, request: Request<Bytes>) -> Response<Bytes> {
    let Some(access_key_id) =
        access_key_id(request.headers()).filter(|_| is_local(request.headers(), stack.host.as_deref()))
    else {
        return refuse(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException", "the request is not signed");
    };
    let caller = stack.lambda.caller(access_key_id);
    let caller = caller.as_deref();
    if let Some(refusal) = caller.and_then(|function| stack.iam.refusal(function, &request)) {
        return refusal;
    }
    if request.uri().path().starts_with(LAMBDA) {
        return stack.lambda.handle(request).await;
    }
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target.split(['.', '_']).next().unwrap_or_default() {
        "DynamoDB" | "DynamoDBStreams" => stack.dynamodb.handle(caller, request).await,
        "AmazonSQS" => stack.sqs.handle(caller, request).await,
        "secretsmanager" => stack.secrets.handle(caller, request).await,
        _ => refuse(StatusCode::NOT_FOUND, "UnknownOperationException", "no such service on this machine"),
    }
}

/// Answers a request whose body could not be read.
pub fn refuse_body(unread: Unread) -> Response<Bytes> {
    match unread {
        Unread::TooLong => refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", "the body is too long"),
        Unread::Broken => refuse(StatusCode::BAD_REQUEST, "SerializationException", "the body can't be read"),
    }
}

/// The id of the access key that signed a request (Signature Version 4). Signatures are not checked. The header is
/// required because no web page can send it to another origin without a preflight.
fn access_key_id(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let credential = parameters.split([',', ' ']).find_map(|part| part.strip_prefix("Credential="))?;
    credential.split('/').next()
}

/// Whether a request was sent to this machine's usual names or to `own_name`, and by no web page. The `Host` header is
/// checked because a page could make a name of its own resolve to this address (DNS rebinding).
pub fn is_local(headers: &HeaderMap, own_name: Option<&str>) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let local = match host.parse::<SocketAddr>() {
        Ok(address) => address.ip().is_loopback(),
        Err(_) => {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let is_loopback = name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
            name == "localhost" || name.ends_with(".localhost") || is_loopback
        }
    };
    let named =
        own_name.is_some_and(|own| host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    (local || named) && !headers.contains_key(header::ORIGIN)
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json!({"__type": kind, "message": message}).to_string()));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with_host(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))])
    }

    #[test]
    fn only_requests_to_this_machine_by_name_are_local() {
        for host in ["127.0.0.1:3000", "localhost:3000", "localhost", "[::1]:3000", "sqs.us-east-1.localhost:3000"] {
            assert!(is_local(&with_host(host), None), "{host}");
        }
        for host in ["", "evil.example:3000", "localhost.evil.example", "10.0.0.1:3000"] {
            assert!(!is_local(&with_host(host), None), "{host}");
        }
    }

    #[test]
    fn the_name_of_the_host_option_is_local_too() {
        for host in ["172.17.0.1:3000", "172.17.0.1", "localhost:3000"] {
            assert!(is_local(&with_host(host), Some("172.17.0.1")), "{host}");
        }
        for host in ["172.17.0.11:3000", "172.17.0.1.evil.example", ""] {
            assert!(!is_local(&with_host(host), Some("172.17.0.1")), "{host}");
        }
    }

    #[test]
    fn a_web_page_is_not_local() {
        let mut headers = with_host("localhost:3000");
        headers.insert(header::ORIGIN, HeaderValue::from_static("http://localhost:3000"));
        assert!(!is_local(&headers, None));
    }

    #[test]
    fn the_caller_is_in_the_signature() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_static(
                "AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=f",
            ),
        );
        assert_eq!(access_key_id(&headers), Some("AKID"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(access_key_id(&headers), None);
    }
}
