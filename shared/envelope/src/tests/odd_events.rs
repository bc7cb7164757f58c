//! Nothing a client can put into a request ends the invocation or makes a 5xx.

use serde_json::{Map, Value, json};

use super::{http, nothing, rest, send, server, server_with, try_send};
use crate::decode::{Decode, DecodeQuery, Fields, QueryFields};
use crate::{Call, Failure, Reply};

struct Anything;

impl Decode for Anything {
    fn decode(fields: &mut Fields) -> Option<Self> {
        fields.optional::<String>("a").map(|_| Self)
    }
}

impl DecodeQuery for Anything {
    fn decode(_: &mut QueryFields) -> Option<Self> {
        Some(Self)
    }
}

/// Asks a request for everything it has.
fn curious(call: &Call) -> Result<Reply, Failure> {
    let outcome = (call.query::<Anything>(), call.body::<Anything>(), call.identity(), call.admin());
    let told = json!([
        call.header("authorization"),
        call.bearer_token().ok(),
        call.path_parameter("id"),
        call.source_ip(),
        call.path_prefix(),
        call.request_id(),
        call.trace_id(),
    ]);
    match outcome {
        (Ok(_), Ok(_), Ok(_), Ok(_)) => Reply::ok("Done", told),
        (Err(failure), ..) | (_, Err(failure), ..) | (_, _, Err(failure), _) | (.., Err(failure)) => Err(failure),
    }
}

/// Text no client should send.
pub(super) fn rubbish() -> Vec<String> {
    let mut rubbish: Vec<String> = [
        "",
        " ",
        "\t",
        "\0",
        "\u{7f}",
        "\r\nX-Evil: 1",
        "é",
        "日本語",
        "\u{202e}",
        "\u{fffd}",
        "🦀",
        "\"",
        "\\",
        "'",
        "%",
        "%zz",
        "%00",
        "%C3%28",
        "%F0%9F%A6",
        "+",
        "&",
        "=",
        "&&==",
        ";",
        ",",
        "/",
        "//",
        "../..",
        "{id}",
        "{proxy+}",
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "NaN",
        "[]",
        "{}",
        "*",
        "*/*",
        "Bearer",
        "Bearer ",
        "Bearer é",
        "Bearer a.b.c",
        "bearer \0",
        ";;;",
        "q=",
        "application/problem+json;q=é",
        "application/json; charset",
        "http://[::1",
        "a:b:c:99999",
        "http\u{0}s",
        "javascript:",
        "::",
        "@",
        "#",
        "?",
    ]
    .map(str::to_owned)
    .into();
    rubbish.push("x".repeat(10_000));
    rubbish.push("%".repeat(10_000));
    rubbish.push("[".repeat(20_000));
    rubbish.push(",application/problem+json".repeat(1_000));
    rubbish
}

/// Every event is answered, by what is the client's fault or nobody's.
pub(super) fn survives(event: &Value) {
    let key = identity::SigningKey::derive("k1", &[7; 32]).unwrap();
    let keys = identity::PublicKeys { keys: vec![key.public().clone()] };
    let made = |call: &Call| Reply::created(call, "/api/things/8", "Done", json!({}));
    for server in [server(curious), server(nothing), server(made), server_with(None, Some(keys), curious)] {
        let answered = send(&server, event);
        let shown = || event.to_string().chars().take(300).collect::<String>();
        assert!(answered.status() < 500, "{} for {}", answered.status(), shown());
        assert!(answered.answer.to_string().len() < 1_000_000, "{}", shown());
        assert_eq!(answered.line.matches('\n').count(), 1, "{}", shown());
        answered.json();
        answered.log();
        for (name, value) in answered.answer["headers"].as_object().unwrap() {
            let printable = |byte: u8| (b' '..=b'~').contains(&byte);
            assert!(value.as_str().unwrap().bytes().all(printable), "{name}: {value} for {}", shown());
        }
    }
}

#[test]
fn odd_header_values_are_only_text() {
    let names = [
        "Host",
        "X-Forwarded-Proto",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "Authorization",
        "Content-Type",
        "Accept",
        "X-Request-ID",
        "Cookie",
        "Origin",
        "Content-Length",
        "Transfer-Encoding",
        "X-Amzn-Trace-Id",
        "X-User-Context",
    ];
    for value in rubbish() {
        let headers: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!(value))).collect();
        let multi: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!([value, value]))).collect();
        survives(&rest(json!({"headers": headers})));
        survives(&rest(json!({"headers": headers, "multiValueHeaders": multi, "body": "{}"})));
        survives(&http(json!({"headers": headers, "cookies": [value], "body": "{}"})));
    }
}

#[test]
fn odd_header_names_are_only_text() {
    for name in rubbish() {
        survives(&rest(json!({"headers": {&name: "1"}, "multiValueHeaders": {&name: ["1", "2"]}})));
        survives(&http(json!({"headers": {&name: "1"}})));
    }
}

#[test]
fn odd_paths_methods_and_parameters_are_only_text() {
    for text in rubbish() {
        survives(&rest(json!({"path": text, "pathParameters": {"id": text}, "requestContext": {"path": text}})));
        survives(&rest(json!({"httpMethod": text, "resource": text, "requestContext": {"path": text}})));
        survives(&http(json!({
            "rawPath": text,
            "rawQueryString": text,
            "pathParameters": {"id": text},
            "requestContext": {"http": {"method": text, "path": text}},
        })));
    }
}

#[test]
fn odd_queries_are_refused_at_most() {
    for text in rubbish() {
        survives(&rest(json!({
            "queryStringParameters": {&text: text},
            "multiValueQueryStringParameters": {&text: [text, text], "none": []},
        })));
        survives(&http(json!({"rawQueryString": format!("{text}={text}&{text}")})));
    }
}

#[test]
fn thousands_of_parameters_and_headers_are_refused_at_most() {
    let many = |value: fn(usize) -> Value| (0..5_000).map(|n| (format!("p{n}"), value(n))).collect::<Map<_, _>>();
    survives(&rest(json!({
        "headers": many(|n| json!(n.to_string())),
        "queryStringParameters": many(|n| json!(n.to_string())),
        "multiValueQueryStringParameters": many(|n| json!([n.to_string()])),
        "pathParameters": many(|n| json!(n.to_string())),
    })));
    let distinct: Vec<String> = (0..5_000).map(|n| format!("p{n}={n}")).collect();
    survives(&http(json!({"rawQueryString": distinct.join("&")})));
    survives(&http(json!({"rawQueryString": "a=1&".repeat(20_000)})));
}

#[test]
fn odd_bodies_are_refused_at_most() {
    for body in rubbish() {
        for encoded in [true, false] {
            for headers in [json!({}), json!({"content-type": "application/json"})] {
                survives(&rest(json!({"headers": headers, "body": body, "isBase64Encoded": encoded})));
                survives(&http(json!({"headers": headers, "body": body, "isBase64Encoded": encoded})));
            }
        }
    }
}

#[test]
fn what_a_gateway_leaves_out_or_nulls_is_absent() {
    for event in [rest(json!({})), http(json!({}))] {
        let mut bare = event.as_object().unwrap().clone();
        for key in event.as_object().unwrap().keys().filter(|key| *key != "requestContext") {
            bare.insert(key.clone(), Value::Null);
        }
        survives(&Value::Object(bare.clone()));
        bare.retain(|key, _| key == "requestContext");
        survives(&Value::Object(bare));
    }
    survives(&json!({"requestContext": {}}));
    survives(&rest(json!({"headers": {"a": [null]}})).as_object().map_or(Value::Null, |event| {
        let mut event = event.clone();
        event.insert("headers".into(), json!({"a": null}));
        event.insert("multiValueHeaders".into(), json!({"a": null}));
        event.insert("multiValueQueryStringParameters".into(), json!({"a": null}));
        Value::Object(event)
    }));
}

#[test]
fn an_event_no_gateway_made_fails_the_invocation() {
    for event in [json!({}), json!(null), json!([]), json!("x"), json!({"Records": []}), json!({"requestContext": 7})] {
        let Err(diagnostic) = try_send(&server(nothing), &event) else { panic!("{event} was answered") };
        assert_eq!(diagnostic.error_type, "InvalidEvent");
        assert_eq!(diagnostic.error_message, "not an API Gateway event");
    }
}
