//! A call's request is what users of `lambda_http` know.

use std::collections::HashMap;

use lambda_http::request::{RequestContext, from_str};
use lambda_http::{Body, Context, Request, RequestExt, RequestPayloadExt};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::{ask, context, http, rest};
use crate::{Call, Failure, Reply, event};

/// A request as a browser sends it through a REST API.
fn rest_event() -> Value {
    let headers = json!({
        "Host": "abc.execute-api.us-east-1.amazonaws.com",
        "Content-Type": "application/json",
        "X-Forwarded-Proto": "https",
        "X-Colour": "grün",
    });
    let multi = json!({
        "Host": ["abc.execute-api.us-east-1.amazonaws.com"],
        "Content-Type": ["application/json"],
        "X-Forwarded-Proto": ["https"],
        "X-Colour": ["grün"],
    });
    rest(json!({
        "headers": headers,
        "multiValueHeaders": multi,
        "queryStringParameters": {"size": "b"},
        "multiValueQueryStringParameters": {"size": ["a", "b"]},
        "stageVariables": {"table": "Lamps"},
        "requestContext": {"authorizer": {"principalId": "u1", "id": "u1", "integrationLatency": 12}},
        "body": r#"{"a":1}"#,
    }))
}

/// The same through an HTTP API.
fn http_event() -> Value {
    http(json!({
        "headers": {
            "host": "abc.execute-api.us-east-1.amazonaws.com",
            "content-type": "application/json",
            "x-forwarded-proto": "https",
        },
        "cookies": ["a=1", "b=2"],
        "rawQueryString": "size=a&size=b",
        "queryStringParameters": {"size": "a,b"},
        "pathParameters": {"id": "7"},
        "stageVariables": {"table": "Lamps"},
        "requestContext": {
            "stage": "$default",
            "authorizer": {"lambda": {"id": "u1"}, "jwt": {"claims": {"sub": "u1"}, "scopes": ["read"]}},
        },
        "body": r#"{"a":1}"#,
    }))
}

fn read(event: &Value) -> Request {
    event::read(&to_raw_value(event).unwrap(), context()).unwrap()
}

fn contexts(request: &Request) -> Value {
    match request.request_context_ref().unwrap() {
        RequestContext::ApiGatewayV1(context) => serde_json::to_value(context).unwrap(),
        RequestContext::ApiGatewayV2(context) => serde_json::to_value(context).unwrap(),
        _ => panic!("no API Gateway"),
    }
}

#[test]
fn a_request_that_lambda_http_can_read_is_the_same_here() {
    for event in [rest_event(), http_event()] {
        let (ours, theirs) = (read(&event), from_str(&event.to_string()).unwrap());
        assert_eq!(ours.method(), theirs.method());
        assert_eq!((ours.uri().scheme_str(), ours.uri().authority()), (Some("https"), theirs.uri().authority()));
        assert_eq!((ours.uri().path(), ours.uri().query()), (theirs.uri().path(), theirs.uri().query()));
        assert_eq!(ours.raw_http_path(), theirs.raw_http_path());
        assert_eq!(ours.query_string_parameters(), theirs.query_string_parameters());
        assert_eq!(ours.path_parameters(), theirs.path_parameters());
        assert_eq!(ours.stage_variables(), theirs.stage_variables());
        assert_eq!(ours.body(), theirs.body());
        assert_eq!(contexts(&ours), contexts(&theirs));
        for name in ours.headers().keys().chain(theirs.headers().keys()).filter(|name| *name != "cookie") {
            assert_eq!(ours.headers().get(name), theirs.headers().get(name), "{name}");
        }
    }
}

#[test]
fn all_that_lambda_http_offers_is_there() {
    let request = read(&rest_event());
    assert_eq!(request.uri(), "https://abc.execute-api.us-east-1.amazonaws.com/prod/api/things/7?size=a&size=b");
    assert_eq!(request.raw_http_path(), "/api/things/7");
    assert_eq!(request.query_string_parameters().all("size"), Some(vec!["a", "b"]));
    assert_eq!(request.path_parameters().first("id"), Some("7"));
    assert_eq!(request.stage_variables().first("table"), Some("Lamps"));
    assert_eq!(request.json::<Value>().unwrap(), Some(json!({"a": 1})));
    assert_eq!(request.lambda_context().request_id, "lambda-1");
    let RequestContext::ApiGatewayV1(context) = request.request_context() else { panic!("a REST API's") };
    assert_eq!(context.authorizer.fields["id"], "u1");
    assert_eq!(context.identity.source_ip.as_deref(), Some("203.0.113.7"));
}

#[test]
fn an_http_apis_cookies_are_a_header_and_its_authorizers_are_all_kept() {
    let request = read(&http_event());
    let cookies: Vec<_> = request.headers().get_all("cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let RequestContext::ApiGatewayV2(context) = request.request_context() else { panic!("an HTTP API's") };
    let authorizer = context.authorizer.unwrap();
    assert_eq!(authorizer.fields["id"], "u1");
    assert_eq!(authorizer.jwt.unwrap().claims["sub"], "u1");
}

#[test]
fn a_body_is_text_or_bytes() {
    let body = |changes: Value| read(&rest(changes)).into_body();
    assert_eq!(body(json!({"body": "é"})), Body::Text("é".to_owned()));
    assert_eq!(body(json!({"body": "/wA=", "isBase64Encoded": true})), Body::Binary(vec![255, 0]));
    assert_eq!(body(json!({"body": "/w", "isBase64Encoded": true})), Body::Empty, "broken base64");
    assert_eq!(body(json!({"body": null})), Body::Empty);
}

#[test]
fn a_url_leaves_out_or_encodes_what_a_uri_cannot_hold() {
    let uri = |host: &str, path: &str, query: &str| {
        read(&http(json!({"headers": {"host": host}, "rawPath": path, "rawQueryString": query}))).uri().to_string()
    };
    assert_eq!(uri("shop.example:8443", "/a", "b=%20"), "https://shop.example:8443/a?b=%20");
    assert_eq!(uri("http://[::1", "/a", ""), "/a");
    assert_eq!(uri("shop.example", "a b#?é", "\"#"), "https://shop.example/a%20b%23%3F%C3%A9?%22%23");
    assert_eq!(uri("shop.example", "/a", &"b".repeat(70_000)), "https://shop.example/a");
    assert_eq!(uri("shop.example", &"/a".repeat(40_000), ""), "https://shop.example/");
}

#[test]
fn a_header_value_that_http_cannot_hold_stays_invalid() {
    let request = read(&rest(json!({"headers": {"Idempotency-Key": "k\n1", "not a name": "1", "x-tab": "a\tb"}})));
    let values: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(values.len(), 2);
    assert_eq!(request.headers()["idempotency-key"].as_bytes(), "k\u{fffd}1".as_bytes());
    assert_eq!(request.headers()["x-tab"], "a\tb");
}

/// An extractor, as users of `lambda_http` write them: a type that is read from a request.
struct Tenant<'a>(&'a str);

impl<'a> TryFrom<&'a Request> for Tenant<'a> {
    type Error = Failure;

    fn try_from(request: &'a Request) -> Result<Self, Failure> {
        let host = request.uri().host().ok_or_else(Failure::forbidden)?;
        host.split_once('.').map(|(tenant, _)| Self(tenant)).ok_or_else(Failure::forbidden)
    }
}

#[test]
fn an_extractor_reads_a_calls_request() {
    let tenant = |call: &Call| {
        let Tenant(name) = call.request().try_into()?;
        Reply::ok("Tenant found", name)
    };
    assert_eq!(ask(&rest_event(), tenant).json()["data"], "abc");
    assert_eq!(ask(&rest(json!({"headers": {"Host": "localhost"}})), tenant).code(), "FORBIDDEN");
}

#[test]
fn a_call_can_be_made_of_any_request() {
    let mut lambda = Context::default();
    lambda.request_id = "lambda-9".to_owned();
    let request = Request::new(Body::from(r#"{"a":"b"}"#))
        .with_path_parameters(HashMap::from([("id".to_owned(), "9".to_owned())]))
        .with_lambda_context(lambda);
    let call = Call::from(request);
    assert_eq!((call.path_parameter("id"), call.request_id(), call.source_ip()), ("9", "lambda-9", ""));
    assert_eq!(call.own_id(), "lambda-9");
    assert_eq!(call.identity().unwrap_err().code(), crate::Code::TOKEN_REQUIRED);
    assert_eq!(Call::from(Request::default()).request_id(), "");
}
