use serde_json::{Value, json};

use super::*;

fn reply(output: &Value) -> Response<Bytes> {
    read(output.to_string().as_bytes(), false).unwrap()
}

fn headers(output: &Value) -> Vec<(String, String)> {
    let response = reply(output);
    response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn status_headers_and_body_are_the_functions() {
    let response = reply(&json!({
        "statusCode": 201, "headers": {"Content-Type": "text/plain", "X-A": true}, "body": "é", "isBase64Encoded": false
    }));
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.headers()["x-a"], "true");
    assert_eq!(response.body(), "é");
}

#[test]
fn nothing_is_required() {
    let response = reply(&json!({}));
    assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 0));
    assert_eq!(headers(&json!({})), pairs(&[("content-type", "application/json")]));
    let nulls = json!({"statusCode": null, "headers": null, "multiValueHeaders": null, "body": null});
    assert_eq!(reply(&nulls).status(), 200);
    assert_eq!(reply(&json!({"statusCode": "202"})).status(), 202);
}

#[test]
fn a_name_in_both_maps_has_the_values_of_both() {
    let output = json!({
        "headers": {"Set-Cookie": "a=1", "X-A": 1, "Content-Type": "a/b"},
        "multiValueHeaders": {"set-cookie": ["b=2", "c=3"], "x-flags": [true, 2.5, "x"]},
    });
    let expected = [
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("set-cookie", "c=3"),
        ("x-a", "1"),
        ("content-type", "a/b"),
        ("x-flags", "true"),
        ("x-flags", "2.5"),
        ("x-flags", "x"),
    ];
    let mut sorted = headers(&output);
    sorted.sort_by_key(|(name, _)| expected.iter().position(|(known, _)| known == name));
    assert_eq!(sorted, pairs(&expected));
}

#[test]
fn a_pair_in_both_maps_is_sent_once() {
    let cookies = |single: &Value, several: &Value| {
        headers(&json!({"headers": {"Set-Cookie": single, "Content-Type": "a/b"}, "multiValueHeaders": several}))
            .into_iter()
            .filter_map(|(name, value)| (name == "set-cookie").then_some(value))
            .collect::<Vec<_>>()
    };
    assert_eq!(cookies(&json!("a=1"), &json!({"SET-COOKIE": ["a=1", "b=2"]})), ["a=1", "b=2"]);
    assert_eq!(cookies(&json!("a=1"), &json!({"set-cookie": ["a=1", "a=1"]})), ["a=1", "a=1"]);
    assert_eq!(cookies(&json!(1), &json!({"set-cookie": ["1"]})), ["1"]);
    assert_eq!(cookies(&json!("a=1"), &json!({"set-cookie": []})), ["a=1"]);
    assert_eq!(cookies(&json!("a=1"), &json!(null)), ["a=1"]);
    assert_eq!(cookies(&json!("a=1"), &json!({})), ["a=1"]);
}

/// How cookies were sent before there was `multiValueHeaders`.
#[test]
fn names_that_differ_in_case_alone_are_all_sent() {
    let output = json!({
        "headers": {"Set-Cookie": "a=1", "set-cookie": "b=2"},
        "multiValueHeaders": {"SET-COOKIE": ["c=3"], "sEt-cookie": ["d=4"]},
    });
    let mut cookies = headers(&output);
    cookies.retain(|(name, _)| name == "set-cookie");
    assert_eq!(cookies, pairs(&["a=1", "b=2", "c=3", "d=4"].map(|cookie| ("set-cookie", cookie))));
}

#[test]
fn reserved_headers_are_renamed_or_dropped() {
    let reserved = [
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-MD5",
        "Date",
        "Max-Forwards",
        "Server",
        "User-Agent",
        "WWW-Authenticate",
        "x-amzn-RequestId",
    ];
    for name in reserved {
        let response = reply(&json!({"headers": {name: "1"}}));
        assert!(!response.headers().contains_key(name), "{name}");
        assert_eq!(response.headers()[format!("x-amzn-Remapped-{name}")], "1", "{name}");
    }
    for name in DROPPED {
        assert_eq!(reply(&json!({"headers": {name: "1"}})).headers().len(), 1, "{name}");
    }
}

#[test]
fn what_is_no_proxy_response_is_refused() {
    let bad = [
        json!(null),
        json!("text"),
        json!([200]),
        json!({"statusCode": 200, "wrongValue": "value"}),
        json!({"errorMessage": "x"}),
        json!({"statusCode": "test"}),
        json!({"statusCode": 99}),
        json!({"statusCode": 101}),
        json!({"statusCode": 1000}),
        json!({"statusCode": 200.5}),
        json!({"body": {"a": 1}}),
        json!({"body": 1}),
        json!({"headers": []}),
        json!({"headers": {"a": null}}),
        json!({"headers": {"a": {"b": 1}}}),
        json!({"headers": {"a b": "1"}}),
        json!({"headers": {"a": "x\r\ny: z"}}),
        json!({"multiValueHeaders": {"a": "1"}}),
        json!({"isBase64Encoded": "true"}),
    ];
    for output in bad {
        let (fault, _) = read(output.to_string().as_bytes(), false).unwrap_err();
        assert_eq!(fault, Fault::BadIntegration, "{output}");
    }
    for payload in ["", " ", "{", "{}{}", "\u{feff}{}"] {
        assert_eq!(read(payload.as_bytes(), false).unwrap_err().0, Fault::BadIntegration, "{payload:?}");
    }
}

#[test]
fn base64_is_decoded_for_a_client_that_wants_binary() {
    let output = json!({"body": "/w==", "isBase64Encoded": true}).to_string();
    assert_eq!(read(output.as_bytes(), false).unwrap().body(), "/w==");
    assert_eq!(read(output.as_bytes(), true).unwrap().body().as_ref(), [0xff]);
    let text = json!({"body": "/w==", "isBase64Encoded": false}).to_string();
    assert_eq!(read(text.as_bytes(), true).unwrap().body(), "/w==");
    let broken = json!({"body": "!", "isBase64Encoded": true}).to_string();
    assert_eq!(read(broken.as_bytes(), true).unwrap_err().0, Fault::ApiMisconfigured);
}

#[test]
fn no_content_has_no_body() {
    for status in [204, 304] {
        let response = reply(&json!({"statusCode": status, "body": "text"}));
        assert_eq!((response.status().as_u16(), response.body().len()), (status, 0));
    }
}
