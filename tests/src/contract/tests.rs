use http::HeaderMap;
use serde_json::json;

use super::*;

/// An answer to `GET /api/orders/health` with a change in it.
fn checked(status: u16, header: (&str, &str), body: &Value) -> Result<(), String> {
    asked("/api/orders/health/?x", status, &[header], body)
}

fn asked(path: &str, status: u16, changes: &[(&str, &str)], body: &Value) -> Result<(), String> {
    let mut response = http::Response::builder().status(status);
    let mut headers = HeaderMap::new();
    let usual = [
        ("content-type", "application/json; charset=utf-8"),
        ("x-request-id", "r1"),
        ("x-service", "order-service"),
        ("x-version", "1.0.0"),
        ("x-gateway", "microservices-v1"),
        ("x-response-time", "3ms"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in usual.iter().chain(changes) {
        headers.insert(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
    }
    *response.headers_mut().unwrap() = headers;
    let (head, ()) = response.body(()).unwrap().into_parts();
    let answer = Answer::new(String::new(), None, head, body.to_string().as_bytes());
    Contract::read().check(&Method::GET, path, b"", &answer)
}

fn healthy() -> Value {
    let time = "2026-01-31T12:00:00.000Z";
    json!({
        "success": true,
        "data": {"service": "order-service", "status": "healthy", "database": "connected", "timestamp": time},
        "message": "Service is healthy",
        "meta": {"requestId": "r1", "timestamp": time, "executionTime": 3},
    })
}

#[test]
fn an_answer_as_it_is_said_passes() {
    assert_eq!(checked(200, ("x-amzn-requestid", "r1"), &healthy()), Ok(()));
}

#[test]
fn what_is_a_persons_is_stored_by_them_alone() {
    let mut body = healthy();
    body["data"] = json!([]);
    body["message"] = json!("Orders retrieved successfully");
    body["meta"]["pagination"] = json!({"limit": 20, "hasNext": false});
    let listed = |stored: (&str, &str)| asked("/api/orders", 200, &[stored, ("etag", "\"1\"")], &body);
    assert_eq!(listed(("cache-control", "private, no-cache")), Ok(()));
    for stored in ["no-store", "public, max-age=5"] {
        let found = listed(("cache-control", stored)).unwrap_err();
        assert!(found.starts_with("Cache-Control: "), "{found}");
    }
    let mut without = body.clone();
    without["meta"]["pagination"]["hasNext"] = json!(true);
    let stored = [("cache-control", "private, no-cache"), ("etag", "\"1\"")];
    let found = asked("/api/orders", 200, &stored, &without).unwrap_err();
    assert!(found.contains("contradict each other"), "{found}");
}

#[test]
fn whatever_differs_is_found() {
    let changed = |pointer: &str, value: Value| {
        let mut body = healthy();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let mut more = healthy();
    more["data"]["more"] = json!(1);
    let same = ("x-amzn-requestid", "r1");
    for (status, header, body, error) in [
        (201, same, healthy(), "nothing is said of /paths/~1api~1orders~1health/get/responses/201"),
        (200, same, changed("/message", json!("Fine")), "/message"),
        (200, same, changed("/meta/timestamp", json!("2026-02-30T12:00:00.000Z")), "/meta/timestamp"),
        (200, same, changed("/meta/executionTime", json!("3")), "/meta/executionTime"),
        (200, same, more, "'more'"),
        (200, ("content-type", "text/plain"), healthy(), "is said to be no \"text/plain\""),
        (200, ("x-request-id", "r2"), healthy(), "X-Request-ID is another"),
        (200, ("x-more", "1"), healthy(), "nothing is said of the header x-more"),
        (200, ("x-gateway", "other"), healthy(), "X-Gateway: "),
        (503, same, healthy(), "there is no Retry-After"),
        (200, ("cache-control", "public, max-age=5"), healthy(), "Cache-Control: "),
    ] {
        let found = checked(status, header, &body).unwrap_err();
        assert!(found.contains(error), "{error}: {found}");
    }
}

#[test]
fn an_error_is_one_of_the_examples_of_its_response() {
    let failure = json!({
        "success": false,
        "error": {
            "message": "Product not found", "type": "NotFoundError", "code": "NOT_FOUND", "details": {"productId": "p1"},
        },
        "message": "Product not found",
        "meta": {"requestId": "r1", "timestamp": "2026-01-31T12:00:00.000Z", "executionTime": 3},
    });
    let get = |content_type, body: &Value| asked("/api/products/p1", 404, &[("content-type", content_type)], body);
    let json = "application/json";
    assert_eq!(get(json, &failure), Ok(()));
    let mut other = failure.clone();
    other["message"] = json!("Order not found");
    other["error"]["message"] = json!("Order not found");
    let mut bare = failure.clone();
    bare["error"].as_object_mut().unwrap().remove("details");
    let mut gateways = failure.clone();
    gateways["meta"] = json!({"requestId": "r1"});
    for body in [other, bare, gateways] {
        let found = get(json, &body).unwrap_err();
        let wanted =
            "/components/responses/ProductNotFound: none of the errors [\"GatewayNotFound\", \"ProductNotFound\"]";
        assert_eq!(found, wanted, "{body}");
    }
    let mut problem = json!({
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "Product not found", "code": "NOT_FOUND",
        "details": {"productId": "p1"}, "requestId": "r1",
    });
    assert_eq!(get("application/problem+json", &problem), Ok(()));
    problem["detail"] = json!("Not found");
    assert!(get("application/problem+json", &problem).unwrap_err().contains("none of the errors"));
}
