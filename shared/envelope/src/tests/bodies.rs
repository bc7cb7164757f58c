//! Request bodies, read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answered, ask, http, rest};
use crate::decode::{Decode, Fields};
use crate::{BODY_LIMIT, Call, Failure, Reply};

struct Note {
    text: String,
    pinned: bool,
}

impl Decode for Note {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let text = fields.required("text");
        let pinned = fields.optional("pinned");
        Some(Self { text: text?, pinned: pinned?.unwrap_or(false) })
    }
}

/// Answers with what it read.
fn echo(call: &Call) -> Result<Reply, Failure> {
    let Note { text, pinned } = call.body()?;
    Reply::ok("Noted", json!({"text": text, "pinned": pinned}))
}

fn sent(body: &str) -> Answered {
    ask(&rest(json!({"headers": {"Content-Type": "application/json"}, "body": body})), echo)
}

fn sent_bytes(body: &[u8]) -> Answered {
    let body = STANDARD.encode(body);
    let event = json!({"headers": {"content-type": "application/json"}, "body": body, "isBase64Encoded": true});
    ask(&rest(event), echo)
}

fn typed(content_type: Value) -> Answered {
    ask(&rest(json!({"headers": {"Content-Type": content_type}, "body": r#"{"text":"a"}"#})), echo)
}

fn refused(answered: &Answered, status: u64, code: &str, message: &str) {
    assert_eq!((answered.status(), answered.code().as_str()), (status, code));
    assert_eq!(answered.json()["error"]["message"], message);
}

#[test]
fn a_good_body_is_read_from_either_gateway() {
    let body = json!({"text": "é", "pinned": true});
    assert_eq!(sent(&body.to_string()).json()["data"], body);
    assert_eq!(sent_bytes(body.to_string().as_bytes()).json()["data"], body);
    let event = http(json!({"headers": {"content-type": "application/json"}, "body": body.to_string()}));
    assert_eq!(ask(&event, echo).json()["data"], body);
}

#[test]
fn what_is_no_json_object_is_refused() {
    let deep = format!("{{\"text\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for body in
        ["", " ", "{", "[]", "null", "7", "\"text\"", "text=a", "{\"text\":\"a\"} {}", "{\"text\":\"a\",}", &deep]
    {
        refused(&sent(body), 400, "INVALID_JSON", "Request body must be a JSON object");
    }
    let absent = ask(&rest(json!({"headers": {"Content-Type": "application/json"}, "body": null})), echo);
    refused(&absent, 400, "INVALID_JSON", "Request body must be a JSON object");
}

#[test]
fn a_key_given_twice_is_refused() {
    refused(&sent(r#"{"text":"a","text":"b"}"#), 400, "INVALID_JSON", "Request body must be a JSON object");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    refused(&sent_bytes(b"{\"text\":\"\xff\xfe\"}"), 400, "INVALID_JSON", "Request body must be a JSON object");
    refused(&sent_bytes(b"\xef\xbb\xbf{\"text\":\"a\"}"), 400, "INVALID_JSON", "Request body must be a JSON object");
}

/// API Gateway replaces bytes that are not UTF-8 before a function sees them.
#[test]
fn text_that_was_bytes_is_refused() {
    for body in ["{\"text\":\"\u{fffd}\"}", "{\"te\u{fffd}xt\":\"a\"}", "\u{fffd}{\"text\":\"a\"}"] {
        refused(&sent(body), 400, "INVALID_JSON", "Request body must be a JSON object");
        refused(&sent_bytes(body.as_bytes()), 400, "INVALID_JSON", "Request body must be a JSON object");
    }
    assert_eq!(sent(r#"{"text":"\ufffd"}"#).status(), 200);
}

#[test]
fn a_body_whose_encoding_is_broken_is_refused() {
    for body in ["%%%", "a", "é", r#"{"text":"a"}"#] {
        let event = json!({"headers": {"content-type": "application/json"}, "body": body, "isBase64Encoded": true});
        refused(&ask(&rest(event), echo), 400, "INVALID_JSON", "Request body must be a JSON object");
    }
}

#[test]
fn only_json_is_a_type_of_body() {
    for good in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json ; profile=x",
        "application/json;",
    ] {
        assert_eq!(typed(json!(good)).status(), 200, "{good}");
    }
    for bad in [
        "text/plain",
        "",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json",
        "application/json; charset=latin1",
        "application/json, text/plain",
        "é",
    ] {
        refused(&typed(json!(bad)), 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
    }
    refused(&typed(Value::Null), 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
}

#[test]
fn a_body_has_one_type() {
    let typed = |types: [&str; 2]| {
        ask(&rest(json!({"multiValueHeaders": {"Content-Type": types}, "body": r#"{"text":"a"}"#})), echo)
    };
    assert_eq!(typed(["application/json"; 2]).status(), 200);
    for types in [["application/json", "text/plain"], ["text/plain", "application/json"], ["application/json", ""]] {
        refused(&typed(types), 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
    }
}

#[test]
fn a_body_may_have_the_limit_in_bytes_and_not_one_more() {
    let of_size = |bytes: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes - r#"{"text":""}"#.len()));
    assert_eq!(sent(&of_size(BODY_LIMIT)).status(), 200);
    assert_eq!(sent_bytes(of_size(BODY_LIMIT).as_bytes()).status(), 200);
    for answered in [sent(&of_size(BODY_LIMIT + 1)), sent_bytes(of_size(BODY_LIMIT + 1).as_bytes())] {
        refused(&answered, 413, "PAYLOAD_TOO_LARGE", "Request body too large");
        assert_eq!(answered.json()["error"]["details"], json!({"limit": 262_144}));
    }
    // Counted in bytes: as many characters take more.
    refused(&sent(&"é".repeat(BODY_LIMIT / 2 + 1)), 413, "PAYLOAD_TOO_LARGE", "Request body too large");
}

#[test]
fn every_problem_comes_back_at_once() {
    let answered = sent(r#"{"pinned":"yes","colour":1,"text":null}"#);
    assert_eq!(
        answered.json()["error"],
        json!({
            "message": "Missing required fields",
            "type": "ValidationError",
            "code": "MISSING_FIELDS",
            "details": {
                "missingFields": ["text"],
                "fields": [
                    {"field": "text", "code": "REQUIRED", "message": "is required"},
                    {"field": "pinned", "code": "INVALID_TYPE", "message": "must be true or false"},
                    {"field": "colour", "code": "UNKNOWN_FIELD", "message": "is not a field of this request"},
                ],
            },
        })
    );
    refused(&sent(r#"{"text":7}"#), 400, "INVALID_FIELDS", "Validation failed");
}

#[test]
fn a_body_full_of_rubbish_gets_a_short_answer() {
    let rubbish: serde_json::Map<String, Value> = (0..20_000).map(|n| (n.to_string(), json!(0))).collect();
    let answered = sent(&serde_json::to_string(&rubbish).unwrap());
    refused(&answered, 400, "MISSING_FIELDS", "Missing required fields");
    assert_eq!(answered.json()["error"]["details"]["fields"].as_array().unwrap().len(), 100);
    let long_name = sent(&json!({"text": "a", "é".repeat(100_000): 1}).to_string());
    assert_eq!(long_name.json()["error"]["details"]["fields"][0]["field"], "é".repeat(100));
}
