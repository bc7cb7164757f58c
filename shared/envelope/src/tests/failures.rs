//! Errors: every code, every constructor, and what nobody expected.

use std::fmt;

use serde_json::json;

use super::{ask, rest};
use crate::{Code, Failure, Reply, Unavailable};

/// The table of the contract.
const CATALOGUE: &[(u16, &str, &[&str])] = &[
    (400, "ValidationError", &["MISSING_FIELDS", "INVALID_FIELDS", "INVALID_JSON", "INVALID_CURSOR"]),
    (401, "AuthenticationError", &["TOKEN_REQUIRED", "INVALID_TOKEN", "TOKEN_EXPIRED", "INVALID_CREDENTIALS"]),
    (403, "AuthorizationError", &["FORBIDDEN"]),
    (404, "NotFoundError", &["NOT_FOUND"]),
    (405, "MethodNotAllowedError", &["METHOD_NOT_ALLOWED"]),
    (409, "ConflictError", &["CONFLICT"]),
    (412, "PreconditionFailedError", &["PRECONDITION_FAILED"]),
    (413, "PayloadTooLargeError", &["PAYLOAD_TOO_LARGE"]),
    (415, "UnsupportedMediaTypeError", &["UNSUPPORTED_MEDIA_TYPE"]),
    (422, "IdempotencyError", &["IDEMPOTENCY_KEY_REUSED"]),
    (429, "RateLimitError", &["RATE_LIMIT_EXCEEDED"]),
    (500, "InternalError", &["INTERNAL_ERROR"]),
    (502, "BadGatewayError", &["BAD_GATEWAY"]),
    (503, "ServiceUnavailableError", &["SERVICE_UNAVAILABLE"]),
    (504, "GatewayTimeoutError", &["GATEWAY_TIMEOUT"]),
];

#[test]
fn every_code_is_in_the_catalogue_with_its_type_and_status() {
    let told: Vec<_> = Code::GENERAL.iter().map(|code| (code.status().as_u16(), code.kind(), code.as_str())).collect();
    let listed: Vec<_> =
        CATALOGUE.iter().flat_map(|(status, kind, codes)| codes.iter().map(|code| (*status, *kind, *code))).collect();
    assert_eq!(told, listed);
}

#[test]
fn every_code_is_answered_with_its_type_and_status() {
    for &code in Code::GENERAL {
        let answered = ask(&rest(json!({})), move |_| Err(Failure::new(code, "Because")));
        assert_eq!(answered.status(), u64::from(code.status().as_u16()), "{code:?}");
        let error = json!({"message": "Because", "type": code.kind(), "code": code.as_str()});
        assert_eq!(answered.json()["error"], error);
        assert_eq!(answered.json()["message"], "Because");
    }
}

#[test]
fn each_constructor_makes_its_answer() {
    type Case = (fn() -> Failure, u64, &'static str, &'static str);
    let cases: &[Case] = &[
        (|| Failure::validation(Code::INVALID_CURSOR, "Invalid cursor"), 400, "INVALID_CURSOR", "Invalid cursor"),
        (Failure::token_required, 401, "TOKEN_REQUIRED", "Token required"),
        (Failure::invalid_token, 401, "INVALID_TOKEN", "Invalid token"),
        (Failure::token_expired, 401, "TOKEN_EXPIRED", "Token expired"),
        (Failure::invalid_credentials, 401, "INVALID_CREDENTIALS", "Invalid credentials"),
        (Failure::forbidden, 403, "FORBIDDEN", "Access denied"),
        (|| Failure::not_found("Product not found"), 404, "NOT_FOUND", "Product not found"),
        (Failure::method_not_allowed, 405, "METHOD_NOT_ALLOWED", "Method not allowed"),
        (|| Failure::conflict(Code::CONFLICT, "User already exists"), 409, "CONFLICT", "User already exists"),
        (|| Failure::payload_too_large(9), 413, "PAYLOAD_TOO_LARGE", "Request body too large"),
        (Failure::unsupported_media_type, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json"),
        (
            Failure::idempotency_key_reused,
            422,
            "IDEMPOTENCY_KEY_REUSED",
            "Idempotency key reused with a different request",
        ),
        (|| Failure::too_many_requests("Slow down", 60), 429, "RATE_LIMIT_EXCEEDED", "Slow down"),
        (|| Failure::internal("secret"), 500, "INTERNAL_ERROR", "An internal error occurred"),
        (|| Failure::bad_gateway("product-service unavailable"), 502, "BAD_GATEWAY", "product-service unavailable"),
        (|| Failure::service_unavailable("Later", 5), 503, "SERVICE_UNAVAILABLE", "Later"),
        (|| Failure::gateway_timeout("Too slow"), 504, "GATEWAY_TIMEOUT", "Too slow"),
    ];
    for &(failure, status, code, message) in cases {
        let answered = ask(&rest(json!({})), move |_| Err(failure()));
        assert_eq!((answered.status(), answered.code().as_str()), (status, code));
        assert_eq!(answered.json()["error"]["message"], message);
        assert_eq!(answered.header("www-authenticate"), (status == 401).then_some("Bearer"), "{code}");
        let retry_after = match status {
            429 => Some("60"),
            503 => Some("5"),
            _ => None,
        };
        assert_eq!(answered.header("retry-after"), retry_after, "{code}");
    }
}

#[test]
fn retry_after_is_never_at_once() {
    let answered = ask(&rest(json!({})), |_| Err(Failure::too_many_requests("Slow down", 0)));
    assert_eq!(answered.header("retry-after"), Some("1"));
}

/// An error with a source, as a store's is.
#[derive(Debug)]
struct Outer<S>(S);

impl<S> fmt::Display for Outer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store failed")
    }
}

impl<S: std::error::Error + 'static> std::error::Error for Outer<S> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_unexpected_error_tells_the_log_and_not_the_client() {
    let answered = ask(&rest(json!({})), |_| {
        let number = "x7".parse::<u8>().map_err(Outer)?;
        unreachable!("{number}")
    });
    assert_eq!(
        answered.text(),
        r#"{"success":false,"error":{"message":"An internal error occurred","type":"InternalError","code":"INTERNAL_ERROR"},"message":"An internal error occurred","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0}}"#
    );
    assert_eq!(answered.status(), 500);
    let log = answered.log();
    assert_eq!(log["cause"], "the store failed: invalid digit found in string");
    assert_eq!((&log["requestId"], &log["level"]), (&json!("gateway-1"), &json!("ERROR")));
}

#[test]
fn a_panic_tells_the_log_and_not_the_client() {
    let literal = ask(&rest(json!({})), |_| panic!("secret"));
    let formatted = ask(&rest(json!({})), |call| panic!("secret {}", call.request_id()));
    let unwrapped = ask(&rest(json!({})), |call| Reply::ok("Done", call.trace_id().unwrap()));
    let other = ask(&rest(json!({})), |_| std::panic::panic_any(7));
    for (answered, cause) in [
        (literal, "panic: secret"),
        (formatted, "panic: secret gateway-1"),
        (unwrapped, "panic: called `Option::unwrap()` on a `None` value"),
        (other, "panic: (no message)"),
    ] {
        assert_eq!((answered.status(), answered.code().as_str()), (500, "INTERNAL_ERROR"));
        assert_eq!(answered.json()["error"]["message"], "An internal error occurred");
        assert!(!answered.text().contains("secret"));
        let log = answered.log();
        assert_eq!((&log["cause"], &log["Failed"]), (&json!(cause), &json!(1)), "to Lambda, it succeeded");
        assert_eq!((&log["function"], &log["version"]), (&json!("test-function"), &json!("7")));
    }
}

#[test]
fn a_process_that_panicked_serves_the_next_call() {
    let server = super::server(|call| match call.path_parameter("id") {
        "7" => panic!("seven"),
        id => Reply::ok("Done", json!({"id": id})),
    });
    assert_eq!(super::send(&server, &rest(json!({}))).status(), 500);
    assert_eq!(super::send(&server, &rest(json!({"pathParameters": {"id": "8"}}))).json()["data"], json!({"id": "8"}));
}

#[test]
fn what_may_work_later_is_503_however_deep_it_lies() {
    let answered = ask(&rest(json!({})), |_| Err(Outer(Outer(Unavailable { service: "database" })).into()));
    assert_eq!((answered.status(), answered.code().as_str()), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(answered.json()["error"]["message"], "Service temporarily unavailable");
    assert_eq!(answered.header("retry-after"), Some("1"));
    assert_eq!(answered.log()["cause"], "the store failed: the store failed: database is unavailable");
}

#[test]
fn a_named_cause_is_for_the_log_alone() {
    let answered = ask(&rest(json!({})), |_| Err(Failure::bad_gateway("No answer").caused_by("secret")));
    assert!(!answered.text().contains("secret"));
    assert_eq!(answered.log()["cause"], "secret");
}

#[test]
fn who_asks_for_problem_details_gets_them() {
    let event = rest(json!({"headers": {"Accept": "application/problem+json"}}));
    let answered = ask(&event, |_| Err(Failure::not_found("Thing not found").detail("thingId", "7")));
    assert_eq!(answered.status(), 404);
    assert_eq!(answered.header("content-type"), Some("application/problem+json"));
    assert_eq!(
        answered.answer["body"],
        r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"Thing not found","code":"NOT_FOUND","details":{"thingId":"7"},"requestId":"gateway-1"}"#
    );
}

#[test]
fn a_panic_is_a_problem_too_and_a_success_is_none() {
    let event = rest(json!({"multiValueHeaders": {"accept": ["text/html", "application/problem+json;q=0.1"]}}));
    let panicked = ask(&event, |_| panic!("secret"));
    assert_eq!(
        panicked.answer["body"],
        r#"{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"An internal error occurred","code":"INTERNAL_ERROR","requestId":"gateway-1"}"#
    );
    let fine = ask(&event, super::nothing);
    assert_eq!(fine.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(fine.json()["success"], true);
}
