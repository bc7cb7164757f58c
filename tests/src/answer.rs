//! A response, and assertions on it.

use std::fmt;
use std::path::{Path, PathBuf};

use envelope::Code;
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::place::{Ability, place};

/// A response.
#[derive(Debug)]
pub struct Answer {
    /// The status: 201.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body if it is JSON, else null.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    asked: String,
    folder: Option<PathBuf>,
}

impl Answer {
    pub(crate) fn new(asked: String, folder: Option<&Path>, head: Parts, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status: head.status, headers: head.headers, body, text, asked, folder: folder.map(Path::to_owned) }
    }

    /// `data` of a success.
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether API Gateway's own words say that the authorizer failed or had no time: the function heard of nothing.
    pub(crate) fn is_of_a_silent_authorizer(&self) -> bool {
        self.status == StatusCode::INTERNAL_SERVER_ERROR
            && self.header("x-amzn-errortype") == "AuthorizerConfigurationException"
    }

    /// Whether the gateway says in its own words that a function failed or had no time.
    pub(crate) fn is_of_a_silent_function(&self) -> bool {
        matches!(self.status.as_u16(), 502..=504) && self.header("x-service").is_empty()
    }

    /// The problems of an error's `details.fields`, as `field CODE`.
    pub fn problems(&self) -> Vec<String> {
        let fields = self.body["error"]["details"]["fields"].as_array().unwrap_or_else(|| panic!("{self}"));
        let text = |problem: &Value, name: &str| problem[name].as_str().unwrap().to_owned();
        fields.iter().map(|problem| format!("{} {}", text(problem, "field"), text(problem, "code"))).collect()
    }

    /// Asserts a function's success: this status, message and data, and nothing else.
    #[track_caller]
    pub fn succeeds(&self, status: u16, message: &str, data: Value) {
        self.is(status, json!({"success": true, "data": data, "message": message, "meta": self.body["meta"]}));
        self.is_a_functions(&["requestId", "timestamp", "executionTime"]);
    }

    /// Asserts a function's page of a list: these rows and this pagination.
    #[track_caller]
    pub fn lists(&self, message: &str, data: Value, pagination: Value) {
        self.is(200, json!({"success": true, "data": data, "message": message, "meta": self.body["meta"]}));
        self.is_a_functions(&["requestId", "timestamp", "executionTime", "pagination"]);
        assert_eq!(self.body["meta"]["pagination"], pagination, "{self}");
    }

    /// Asserts a function's error: this code, message and details (null: none), and nothing else.
    #[track_caller]
    pub fn fails(&self, code: Code, message: &str, details: Value) {
        let mut error = error(code, message);
        if !details.is_null() {
            error["details"] = details;
        }
        let body = json!({"success": false, "error": error, "message": message, "meta": self.body["meta"]});
        self.is(code.status().as_u16(), body);
        self.is_a_functions(&["requestId", "timestamp", "executionTime"]);
        let waits = matches!(code, Code::RATE_LIMIT_EXCEEDED | Code::SERVICE_UNAVAILABLE);
        assert_eq!(self.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), waits, "{self}");
    }

    /// Asserts a function's error for these fields (`field CODE`) and no others, each with a message.
    #[track_caller]
    pub fn refuses_fields(&self, problems: &[impl AsRef<str>]) {
        self.fails(Code::INVALID_FIELDS, "Validation failed", json!({"fields": self.refused(problems)}));
    }

    /// The `details.fields` expected for these problems (`field CODE`). The message's wording is not asserted, so it is
    /// copied from the response; only an empty one fails.
    #[track_caller]
    pub fn refused(&self, problems: &[impl AsRef<str>]) -> Value {
        let problem = |(number, problem): (usize, &_)| {
            let (field, code) = AsRef::<str>::as_ref(problem).rsplit_once(' ').unwrap();
            let message = &self.body["error"]["details"]["fields"][number]["message"];
            assert!(message.as_str().is_some_and(|message| !message.trim().is_empty()), "no message {number}: {self}");
            json!({"field": field, "code": code, "message": message})
        };
        problems.iter().enumerate().map(problem).collect()
    }

    /// Asserts the gateway's own error. At a place whose gateway words its errors itself, asserts only the refusal.
    #[track_caller]
    pub fn is_the_gateways(&self, code: Code, message: &str) {
        if !place().has(Ability::Gateway) {
            // Unless told otherwise, API Gateway has 403 for both no route and no access.
            let refused = self.status == code.status() || self.status == StatusCode::FORBIDDEN;
            assert!(refused, "neither {code:?} nor forbidden: {self}");
            return;
        }
        let meta = json!({"requestId": self.header("x-request-id")});
        let error = error(code, message);
        let body = json!({"success": false, "error": error, "message": message, "meta": meta});
        self.is(code.status().as_u16(), body);
        self.has_common_headers();
        assert_eq!(self.header("cache-control"), "no-store", "{self}");
        assert_eq!(self.header("x-request-id"), self.header("x-amzn-requestid"), "{self}");
        assert_eq!(self.header("content-type"), "application/json", "{self}");
        let waits = [Code::RATE_LIMIT_EXCEEDED, Code::SERVICE_UNAVAILABLE].contains(&code);
        assert_eq!(self.header("retry-after"), if waits { "1" } else { "" }, "{self}");
        let challenge = if code.status() == StatusCode::UNAUTHORIZED { "Bearer" } else { "" };
        assert_eq!(self.header("www-authenticate"), challenge, "{self}");
    }

    /// Asserts this status and this body, keys in this order.
    #[track_caller]
    pub fn is(&self, status: u16, body: Value) {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.body, body, "{self}");
        assert_eq!(self.body.to_string(), body.to_string(), "the order of the keys: {self}");
    }

    #[track_caller]
    fn is_a_functions(&self, meta: &[&str]) {
        self.has_common_headers();
        let found = self.body["meta"].as_object().unwrap_or_else(|| panic!("{self}"));
        assert_eq!(found.keys().collect::<Vec<_>>(), meta, "{self}");
        assert_eq!(found["requestId"], self.header("x-request-id"), "{self}");
        assert!(is_recent(&found["timestamp"]), "{self}");
        let milliseconds = found["executionTime"].as_u64().unwrap_or_else(|| panic!("{self}"));
        assert_eq!(self.header("x-response-time"), format!("{milliseconds}ms"), "{self}");
        assert_eq!(self.header("content-type"), "application/json; charset=utf-8", "{self}");
        assert!(self.header("x-service").ends_with("-service"), "{self}");
        assert_eq!(self.header("x-version"), env!("CARGO_PKG_VERSION"), "{self}");
    }

    #[track_caller]
    fn has_common_headers(&self) {
        assert!(!self.header("x-request-id").is_empty(), "{self}");
        assert_eq!(self.header("x-gateway"), "microservices-v1", "{self}");
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{self}");
        assert_eq!(self.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{self}");
        assert!(!self.header("access-control-allow-origin").is_empty(), "{self}");
        assert_eq!(
            self.header("access-control-expose-headers"),
            "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed",
            "{self}"
        );
    }
}

fn error(code: Code, message: &str) -> Value {
    Value::Object(Map::from_iter([
        ("message".to_owned(), message.into()),
        ("type".to_owned(), code.kind().into()),
        ("code".to_owned(), code.as_str().into()),
    ]))
}

/// The request, the response, and the folder of the logs.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n→ {}", self.asked, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "  {name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        let text: String = self.text.chars().take(2_000).collect();
        writeln!(f, "  {text}")?;
        self.folder.as_ref().map_or(Ok(()), |folder| writeln!(f, "logs: {}", folder.join("logs").display()))
    }
}

/// Whether this is a time as the API writes them: RFC 3339, UTC, milliseconds.
pub fn is_timestamp(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == "2026-01-31T12:00:00.000Z".len()
            && text.ends_with('Z')
            && OffsetDateTime::parse(text, &Rfc3339).is_ok()
    })
}

fn is_recent(value: &Value) -> bool {
    let time = value.as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    is_timestamp(value) && time.is_some_and(|time| (OffsetDateTime::now_utc() - time).abs().whole_minutes() < 2)
}

/// Whether this is an id as the API makes them: a UUID of version 7 (RFC 9562).
pub fn is_uuid_v7(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let bytes = text.as_bytes();
        bytes.len() == 36
            && text.char_indices().all(|(at, c)| match at {
                8 | 13 | 18 | 23 => c == '-',
                _ => matches!(c, '0'..='9' | 'a'..='f'),
            })
            && bytes[14] == b'7'
            && matches!(bytes[19], b'8' | b'9' | b'a' | b'b')
    })
}
