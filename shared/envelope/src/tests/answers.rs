//! Successes, and the headers of every answer.

use serde_json::{Value, json};

use super::{SERVICE, ask, http, nothing, rest, send, server_with};
use crate::{Failure, Pagination, Reply};

#[test]
fn a_success_is_this_text() {
    let answered = ask(&rest(json!({})), |_| Reply::ok("Thing found", json!({"z": 1, "a": "é"})));
    assert_eq!(
        answered.text(),
        r#"{"success":true,"data":{"z":1,"a":"é"},"message":"Thing found","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0}}"#
    );
    assert_eq!(answered.status(), 200);
}

#[test]
fn a_bare_answer_is_its_body_alone_and_its_errors_are_in_the_envelope() {
    let bare = |_: &_| {
        Ok(Reply::bare("application/jwk-set+json", json!({"keys": []}))?.header("cache-control", "public, max-age=300"))
    };
    let answered = ask(&rest(json!({})), bare);
    assert_eq!((answered.status(), answered.text().as_str()), (200, r#"{"keys":[]}"#));
    assert_eq!(answered.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(answered.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answered.header("x-request-id"), Some("gateway-1"));
    let failed = ask(&rest(json!({})), |_| Err(Failure::not_found("Thing not found")));
    assert_eq!(failed.header("content-type"), Some("application/json; charset=utf-8"));
}

#[test]
fn an_error_is_this_text() {
    let failed = || Failure::not_found("Thing not found").detail("thingId", "7").detail("after", 1);
    let answered = ask(&rest(json!({})), move |_| Err(failed()));
    assert_eq!(
        answered.text(),
        r#"{"success":false,"error":{"message":"Thing not found","type":"NotFoundError","code":"NOT_FOUND","details":{"thingId":"7","after":1}},"message":"Thing not found","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0}}"#
    );
    assert_eq!(answered.status(), 404);
}

#[test]
fn absent_details_are_left_out() {
    let answered = ask(&rest(json!({})), |_| Err(Failure::forbidden()));
    assert_eq!(
        answered.text(),
        r#"{"success":false,"error":{"message":"Access denied","type":"AuthorizationError","code":"FORBIDDEN"},"message":"Access denied","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0}}"#
    );
}

#[test]
fn every_answer_has_the_common_headers_and_no_others() {
    let answered = ask(&rest(json!({})), nothing);
    let elapsed = &answered.json()["meta"]["executionTime"];
    assert_eq!(
        answered.answer["headers"],
        json!({
            "content-type": "application/json; charset=utf-8",
            "x-request-id": "gateway-1",
            "x-service": SERVICE.name,
            "x-version": SERVICE.version,
            "x-gateway": "microservices-v1",
            "x-response-time": format!("{elapsed}ms"),
            "x-content-type-options": "nosniff",
            "strict-transport-security": "max-age=31536000; includeSubDomains",
            "cache-control": "no-store",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed",
        })
    );
}

#[test]
fn one_origin_may_be_allowed_or_none() {
    let shop = send(&server_with(Some("https://shop.example"), None, nothing), &rest(json!({})));
    assert_eq!(shop.header("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!(shop.header("vary"), Some("Origin"));
    for origin in [None, Some("")] {
        let closed = send(&server_with(origin, None, nothing), &rest(json!({})));
        assert_eq!(closed.header("access-control-allow-origin"), None);
        assert_eq!(closed.header("access-control-expose-headers"), None);
        assert_eq!(closed.header("vary"), None);
    }
}

#[test]
fn accepted_is_202() {
    let answered = ask(&rest(json!({})), |_| Reply::accepted("Begun", json!({"job": 1})));
    assert_eq!((answered.status(), &answered.json()["data"]), (202, &json!({"job": 1})));
}

#[test]
fn no_content_has_neither_body_nor_type() {
    let answered = ask(&rest(json!({})), |_| Ok(Reply::no_content()));
    assert_eq!(answered.status(), 204);
    assert_eq!(answered.answer.get("body"), None);
    assert_eq!(answered.header("content-type"), None);
    assert_eq!(answered.header("x-request-id"), Some("gateway-1"));
}

#[test]
fn created_says_where_with_what_stands_before_the_api() {
    let location = |resource: &str, full: Value| {
        let event = rest(json!({"resource": resource, "requestContext": {"path": full}}));
        let answered = ask(&event, |call| Reply::created(call, "/api/things/8", "Made", json!({})));
        assert_eq!(answered.status(), 201);
        answered.header("location").unwrap().to_owned()
    };
    let under_stage = json!("/prod/api/things");
    assert_eq!(location("/api/things", under_stage.clone()), "/prod/api/things/8");
    assert_eq!(location("/api/things", json!("/prod/api/things/")), "/prod/api/things/8");
    assert_eq!(location("/api/things", json!("/api/things")), "/api/things/8");
    assert_eq!(location("/api/things", json!("/a/base/path/api/things")), "/a/base/path/api/things/8");
    assert_eq!(location("/api/things/{id}/copy", json!("/prod/api/things/7%2F/copy")), "/prod/api/things/8");
    assert_eq!(location("/api/things", Value::Null), "/api/things/8");
    assert_eq!(location("/api", json!("/é \r\n\"/api")), "/%C3%A9%20%0D%0A%22/api/things/8");
    assert_eq!(location("", under_stage), "/api/things/8");
    let local = ask(&http(json!({})), |call| Reply::created(call, "/api/things/8", "Made", json!({})));
    assert_eq!(local.header("location"), Some("/api/things/8"));
}

#[test]
fn a_page_says_where_it_stands() {
    let answered =
        ask(&rest(json!({})), |_| Reply::paginated("Things found", json!([1, 2]), Pagination::page(2, 2, 2, true, 7)));
    assert_eq!(answered.status(), 200);
    assert_eq!(
        answered.text(),
        r#"{"success":true,"data":[1,2],"message":"Things found","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0,"pagination":{"page":2,"limit":2,"total":7,"totalPages":4,"hasNext":true,"hasPrev":true}}}"#
    );
}

#[test]
fn a_cursor_page_says_where_it_goes_on() {
    let answered = ask(&rest(json!({})), |_| {
        let pagination = Pagination::Cursor { limit: 20, has_next: true, next_cursor: Some("c".to_owned()) };
        Reply::paginated("Things found", json!([]), pagination)
    });
    assert_eq!(
        answered.text(),
        r#"{"success":true,"data":[],"message":"Things found","meta":{"requestId":"gateway-1","timestamp":"T","executionTime":0,"pagination":{"limit":20,"hasNext":true,"nextCursor":"c"}}}"#
    );
}

#[test]
fn a_reply_may_set_headers_of_its_own() {
    let answered = ask(&rest(json!({})), |_| {
        Ok(Reply::ok("Done", json!({}))?.header("idempotency-replayed", "true").header("X-Gateway", "other"))
    });
    assert_eq!(answered.header("idempotency-replayed"), Some("true"));
    assert_eq!((answered.header("x-gateway"), answered.header("X-Gateway")), (None, Some("other")));
}

#[test]
fn data_that_is_no_json_is_an_internal_error() {
    let keys_that_are_no_strings = std::collections::BTreeMap::from([((1, 2), 3)]);
    let answered = ask(&rest(json!({})), move |_| Reply::ok("Done", &keys_that_are_no_strings));
    assert_eq!((answered.status(), answered.code()), (500, "INTERNAL_ERROR".to_owned()));
}

#[test]
fn times_are_of_now() {
    let before = crate::timestamp::now();
    let told = ask(&rest(json!({})), nothing).json()["meta"]["timestamp"].as_str().unwrap().to_owned();
    assert!(before <= told && told <= crate::timestamp::now(), "{told}");
}

#[test]
fn a_rest_api_reads_these_keys_and_no_others() {
    let answered = ask(&rest(json!({})), nothing);
    let keys: Vec<&String> = answered.answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["statusCode", "headers", "body", "isBase64Encoded"]);
    assert_eq!(answered.answer["isBase64Encoded"], false);
}

#[test]
fn an_http_api_gets_the_same_answer_and_its_cookies() {
    let answered = ask(&http(json!({})), nothing);
    let keys: Vec<&String> = answered.answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["statusCode", "headers", "body", "isBase64Encoded", "cookies"]);
    assert_eq!(answered.answer["cookies"], json!([]));
    assert_eq!(answered.text(), ask(&rest(json!({})), nothing).text());
}
