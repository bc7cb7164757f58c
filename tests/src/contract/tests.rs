use serde_json::json;

use super::*;

/// An answer to `GET /api/orders/health` with a change in it.
fn checked(status: u16, header: (&str, &str), body: &Value) -> Result<(), String> {
    let mut response = http::Response::builder().status(status);
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("x-request-id", "r1"),
        ("x-service", "order-service"),
        ("x-version", "1.0.0"),
        ("x-gateway", "microservices-v1"),
        ("x-response-time", "3ms"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "X-Request-ID,Location,Retry-After"),
        header,
    ] {
        headers.insert(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
    }
    *response.headers_mut().unwrap() = headers;
    let (head, ()) = response.body(()).unwrap().into_parts();
    let answer = Answer::new(String::new(), None, head, body.to_string().as_bytes());
    Contract::read().check(&Method::GET, "/api/orders/health/?x", b"", &answer)
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
    ] {
        let found = checked(status, header, &body).unwrap_err();
        assert!(found.contains(error), "{error}: {found}");
    }
}
