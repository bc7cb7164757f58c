//! Whatever is sent: the answer is a refusal that says what is wrong, and never a server's error.

use envelope::Code;
use serde_json::{Value, json};
use tests::Answer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::shared;

const REGISTER: &str = "/api/users/register";

async fn register(body: impl Into<bytes::Bytes>) -> Answer {
    shared().await.post(REGISTER).header("content-type", "application/json").body(body.into()).send().await
}

#[apply(e2e)]
async fn what_is_no_json_object_is_refused() {
    let nested = |times: usize| format!("{}{}", "[".repeat(times), "]".repeat(times));
    let objects = |times: usize| format!("{}1{}", r#"{"email":"#.repeat(times), "}".repeat(times));
    for body in [
        Vec::new(),
        b" ".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b"7".to_vec(),
        b"\"text\"".to_vec(),
        b"[]".to_vec(),
        b"[{}]".to_vec(),
        b"{".to_vec(),
        b"}".to_vec(),
        b"{}{}".to_vec(),
        b"{} x".to_vec(),
        b"{'email':1}".to_vec(),
        b"{email:1}".to_vec(),
        b"{\"email\":}".to_vec(),
        b"{\"email\":1,}".to_vec(),
        b"{\"email\":01}".to_vec(),
        b"{\"email\":NaN}".to_vec(),
        b"{\"email\":1e999}".to_vec(),
        b"{\"email\":\"\\ud800\"}".to_vec(),
        b"{\"email\":\"\\x\"}".to_vec(),
        b"{\"email\":\"\n\"}".to_vec(),
        b"{\"email\":\"\0\"}".to_vec(),
        b"{} // done".to_vec(),
        // A key twice: two things at once (RFC 8259, section 4).
        br#"{"email":"a@example.com","email":"b@example.com","password":"correct horse battery","name":"x"}"#.to_vec(),
        br#"{"email":{"a":1,"a":1},"password":"correct horse battery","name":"x"}"#.to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"\0".to_vec(),
        b"email=a@example.com&password=correct horse battery".to_vec(),
        b"<user/>".to_vec(),
        nested(10).into(),
        nested(100_000).into(),
        objects(1_000).into(),
        objects(25_000).into(),
    ] {
        register(body).await.fails(Code::INVALID_JSON, "Request body must be a JSON object", Value::Null);
    }
}

/// A function gets text: what can't be, the gateway has made text.
#[apply(e2e)]
#[needs(Gateway)]
async fn what_is_no_text_is_no_json_object_either() {
    let answer = register(&b"\xff\xfe{\0}\0"[..]).await;
    answer.fails(Code::INVALID_JSON, "Request body must be a JSON object", Value::Null);
}

#[apply(e2e)]
async fn every_field_that_is_wrong_is_named() {
    let good = json!({"email": "a@example.com", "password": "correct horse battery", "name": "Ada"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let deep = (0..100).fold(json!(1), |value, _| json!({ "a": value }));
    for (body, problems) in [
        (with("email", json!(7)), vec!["email INVALID_TYPE"]),
        (with("email", json!(true)), vec!["email INVALID_TYPE"]),
        (with("email", json!([])), vec!["email INVALID_TYPE"]),
        (with("email", json!(["a@example.com"])), vec!["email INVALID_TYPE"]),
        (with("email", json!({"$ne": ""})), vec!["email INVALID_TYPE"]),
        (with("email", deep), vec!["email INVALID_TYPE"]),
        (with("email", json!(1e300)), vec!["email INVALID_TYPE"]),
        (with("email", json!("ada")), vec!["email INVALID_FORMAT"]),
        (with("email", json!("ada@localhost")), vec!["email INVALID_FORMAT"]),
        (with("email", json!("ada@exa mple.com")), vec!["email INVALID_FORMAT"]),
        (with("email", json!("a\0@example.com")), vec!["email INVALID_FORMAT"]),
        (with("email", json!("a@example.com\r\nBcc: b@example.com")), vec!["email INVALID_FORMAT"]),
        (with("email", json!("Ada <a@example.com>")), vec!["email INVALID_FORMAT"]),
        (with("email", json!(format!("{}@example.com", "x".repeat(250)))), vec!["email INVALID_FORMAT"]),
        (with("password", json!(12_345_678)), vec!["password INVALID_TYPE"]),
        (with("password", json!("1234567")), vec!["password TOO_SHORT"]),
        (with("password", json!("é".repeat(7))), vec!["password TOO_SHORT"]),
        (with("password", json!("x".repeat(257))), vec!["password TOO_LONG"]),
        (with("password", json!("12345678")), vec!["password TOO_COMMON"]),
        (with("password", json!("A@example.COM")), vec!["password TOO_PERSONAL"]),
        (with("name", json!({"first": "Ada"})), vec!["name INVALID_TYPE"]),
        (with("name", json!("x".repeat(201))), vec!["name TOO_LONG"]),
        (with("name", json!("é".repeat(101))), vec!["name TOO_LONG"]),
        (with("name", json!("a\u{1b}[31mb")), vec!["name INVALID_FORMAT"]),
        (with("name", json!("a\0b")), vec!["name INVALID_FORMAT"]),
        (with("role", json!("admin")), vec!["role UNKNOWN_FIELD"]),
        (with("id", json!("00000000-0000-7000-8000-000000000000")), vec!["id UNKNOWN_FIELD"]),
        (with("Email", json!("b@example.com")), vec!["Email UNKNOWN_FIELD"]),
        (with("__proto__", json!({})), vec!["__proto__ UNKNOWN_FIELD"]),
        (with("", json!(1)), vec![" UNKNOWN_FIELD"]),
        (
            json!({"email": 1, "password": "x", "name": "\n\u{7}", "x": 1}),
            vec!["email INVALID_TYPE", "password TOO_SHORT", "name INVALID_FORMAT", "x UNKNOWN_FIELD"],
        ),
    ] {
        let answer = register(body.to_string()).await;
        answer.refuses_fields(&problems);
    }
    // A client's own words come back cut, and a number of any size is just no text.
    let answer = register(with(&"k".repeat(10_000), json!(1)).to_string()).await;
    assert_eq!(answer.problems(), [format!("{} UNKNOWN_FIELD", "k".repeat(100))]);
    let answer =
        register(format!(r#"{{"email":{},"password":"correct horse battery","name":"x"}}"#, "9".repeat(300))).await;
    assert_eq!(answer.problems(), ["email INVALID_TYPE"], "{answer}");
}

#[apply(e2e)]
async fn a_body_is_declared_as_json() {
    let stack = shared().await;
    let sent = |content_type: &'static str| stack.post(REGISTER).header("content-type", content_type).body("{}").send();
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json-patch+json",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "text/plain, application/json",
        ";",
        "é",
    ] {
        let answer = sent(content_type).await;
        answer.fails(Code::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json", Value::Null);
    }
    let undeclared = stack.post(REGISTER).body("{}").send().await;
    undeclared.fails(Code::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json", Value::Null);
    for content_type in [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        assert_eq!(sent(content_type).await.body["error"]["code"], "MISSING_FIELDS", "{content_type}");
    }
}

#[apply(e2e)]
#[needs(Edge)]
async fn no_header_query_or_path_makes_a_server_fail() {
    let stack = shared().await;
    let long = "x".repeat(9_000);
    let too_long = "x".repeat(20_000);
    for name in [
        "accept",
        "accept-encoding",
        "content-type",
        "cookie",
        "expect",
        "range",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-request-id",
    ] {
        for value in ["", ",;=\"", "\u{202e}é", "%00", "-1", &long, &too_long] {
            if name == "expect" && !value.is_empty() {
                continue;
            }
            let answer = stack.get("/api/users/health").header(name, value).send().await;
            let expected = if value.len() > 10_000 { 400 } else { 200 };
            assert_eq!(answer.status, expected, "{name}: {answer}");
        }
    }
    for path in [
        "/api/users/health?",
        "/api/users/health?=",
        "/api/users/health?&&&",
        "/api/users/health?a=1&a=2&b[]=3",
        "/api/users/health?%00=%00",
        "/api/users/health?%F0%9F%92%A9",
        "/api/users/health/",
    ] {
        assert_eq!(stack.get(path).send().await.status, 200, "{path}");
    }
    for path in ["/api/users/health%00", "/%2e%2e/%2e%2e/etc/passwd"] {
        stack.get(path).send().await.is_the_gateways(Code::NOT_FOUND, "Not found");
    }
    let undecodable =
        ["/%", "/%zz", "/api/users/health%ff", "/api/users/health?%", "/api/users/health?a=%ff", "/api/nowhere?a={"];
    let long_path = format!("/{}", "x/".repeat(5_500));
    for path in undecodable.into_iter().chain([long_path.as_str()]) {
        for request in [stack.get(path), stack.get(path).header("authorization", "Bearer a.b.c")] {
            let message = "Request path, query or headers could not be read";
            request.send().await.is_the_gateways(Code::INVALID_FIELDS, message);
        }
    }
}

/// A function sees U+FFFD in place of the bytes.
#[apply(e2e)]
#[needs(Gateway)]
async fn a_body_that_is_not_utf_8_is_refused() {
    let stack = shared().await;
    for body in [
        &b"{\"email\":\"\xff@example.com\",\"password\":\"correct horse battery\",\"name\":\"x\"}"[..],
        b"{\"email\":\"a@example.com\",\"password\":\"correct horse battery\",\"name\":\"\xc3(\"}",
        b"\xff\xfe{\0}\0",
        "{\"name\":\"\u{fffd}\"}".as_bytes(),
    ] {
        let request = stack.post(REGISTER).header("content-type", "application/json").body(body.to_vec());
        request.send().await.fails(Code::INVALID_JSON, "Request body must be a JSON object", Value::Null);
    }
}

#[apply(e2e)]
#[needs(Edge)]
async fn a_body_that_is_broken_is_a_bad_request_wherever_it_goes() {
    let stack = shared().await;
    for target in ["/api/users/login", "/api/users/me", "/api/nowhere"] {
        for broken in [
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}zz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
            "Content-Length: 9\r\n\r\n{}",
        ] {
            let mut stream = TcpStream::connect(("127.0.0.1", stack.port())).await.unwrap();
            let request = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n{broken}");
            stream.write_all(request.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request:?}: {answer:?}"));
            assert!(head.starts_with("HTTP/1.1 400 "), "{request:?}: {answer}");
            let body: Value = serde_json::from_str(body).unwrap();
            let id = &body["meta"]["requestId"];
            assert!(head.to_lowercase().contains(&format!("x-request-id: {}", id.as_str().unwrap())), "{answer}");
            let message = "Request body could not be read";
            let error = json!({"message": message, "type": "ValidationError", "code": "INVALID_JSON"});
            let expected = json!({"success": false, "error": error, "message": message, "meta": {"requestId": id}});
            assert_eq!(body, expected);
        }
    }
}

#[apply(e2e)]
#[needs(Edge)]
async fn what_is_not_even_http_is_dropped_and_nobody_else_notices() {
    let stack = shared().await;
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /api/users/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", stack.port())).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let status = answer.get(9..12).map(|status| String::from_utf8_lossy(status).into_owned());
        assert!(status.as_deref().is_none_or(|status| status.starts_with('4')), "{bytes:?}: {status:?}");
    }
    assert_eq!(stack.get("/health").send().await.status, 200);
}
