//! The AWS services on the stack's port, told apart by path and `X-Amz-Target` as SDKs send them.

use std::net::IpAddr;

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
    let name = without_port(host);
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).parse::<IpAddr>();
    let local = is_localhost(name) || address.is_ok_and(|address| address.is_loopback());
    let named =
        own_name.is_some_and(|own| host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    (local || named) && !headers.contains_key(header::ORIGIN)
}

/// Whether a name is `localhost` or below it. What no host name has in it (`/`, `@`) may be read as another host's elsewhere.
fn is_localhost(name: &str) -> bool {
    let below = name.strip_suffix("localhost").filter(|below| below.is_empty() || below.ends_with('.'));
    below.is_some_and(|below| below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // An IPv6 address has colons of its own, in brackets.
        Some((name, _)) if !host.ends_with(']') => name,
        _ => host,
    }
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json!({"__type": kind, "message": message}).to_string()));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use http::HeaderValue;
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    fn with_host(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))])
    }

    #[test]
    fn only_requests_to_this_machine_by_name_are_local() {
        for host in
            ["127.0.0.1:3000", "localhost:3000", "localhost", "[::1]:3000", "[::1]", "sqs.us-east-1.localhost:3000"]
        {
            assert!(is_local(&with_host(host), None), "{host}");
        }
        for host in [
            "",
            "evil.example:3000",
            "localhost.evil.example",
            "evillocalhost",
            "10.0.0.1:3000",
            "evil.example\\a.localhost",
            "evil.example/.localhost:3000",
        ] {
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

    /// A header's value, if the text can be one.
    fn with(name: header::HeaderName, text: &str) -> Option<HeaderMap> {
        Some(HeaderMap::from_iter([(name, HeaderValue::from_bytes(text.as_bytes()).ok()?)]))
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn an_address_is_local_if_it_is_loopback_with_or_without_a_port(
            address in prop_oneof![
                any::<IpAddr>(),
                any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([127, b, c, d])),
                Just(Ipv6Addr::LOCALHOST.into()),
            ],
            port: u16,
        ) {
            let written = match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            };
            for host in [written.clone(), format!("{written}:{port}")] {
                prop_assert_eq!(is_local(&with(header::HOST, &host).unwrap(), None), address.is_loopback(), "{}", host);
            }
        }

        #[test]
        fn no_name_but_localhost_is_local(
            host in prop_oneof![4 => spoiled(&["localhost:3000", "sqs.us-east-1.localhost:3000", "127.0.0.1:3000", "[::1]:3000"]), 1 => texts()],
        ) {
            let Some(headers) = with(header::HOST, &host) else { return Ok(()) };
            if is_local(&headers, None) {
                // As URLs are read: what a browser would connect to.
                let url = reqwest::Url::parse(&format!("http://{host}/"));
                let names_this_machine = url.as_ref().is_ok_and(|url| match url.host_str().unwrap_or_default() {
                    name if name.ends_with("localhost") => true,
                    address => address.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
                });
                prop_assert!(url.is_err() || names_this_machine, "{url:?}");
            }
        }

        #[test]
        fn a_signature_names_one_key(
            text in spoiled(&["AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=f"]),
        ) {
            let Some(headers) = with(header::AUTHORIZATION, &text) else { return Ok(()) };
            if let Some(key) = access_key_id(&headers) {
                prop_assert!(!key.contains(['/', ',', ' ']) && text.contains(&format!("Credential={key}")), "{key}");
            }
        }
    }
}
