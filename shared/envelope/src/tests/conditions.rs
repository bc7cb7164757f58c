//! Caching and conditional requests.

use serde_json::{Value, json};

use super::{Answered, nothing, rest, send, server, server_with};
use crate::{Caching, Call, EntityTag, Failure, Pagination, Reply};

const BRIEFLY: Caching = Caching::Public { max_age: 5, stale_while_revalidate: 30 };

/// The answer to a request with these lines of header fields.
fn ask(
    caching: Caching,
    method: &str,
    lines: &[(&str, &str)],
    endpoint: impl Fn(&Call) -> Result<Reply, Failure> + 'static,
) -> Answered {
    let mut server = server_with(Some("https://shop.example"), None, endpoint);
    server.caching = caching;
    let mut fields = json!({});
    for (name, value) in lines {
        let values = &mut fields[name];
        *values = Value::Array([values.as_array().cloned().unwrap_or_default(), vec![json!(value)]].concat());
    }
    let context = json!({"httpMethod": method});
    send(&server, &rest(json!({"httpMethod": method, "multiValueHeaders": fields, "requestContext": context})))
}

fn lamp(_: &Call) -> Result<Reply, Failure> {
    Reply::ok("Found", json!({"name": "lamp"}))
}

fn version(_: &Call) -> Result<Reply, Failure> {
    Ok(Reply::ok("Found", json!({"name": "lamp"}))?.version(EntityTag::named("3.17")))
}

#[test]
fn only_what_an_endpoint_says_may_be_stored_and_no_error() {
    let failed = |_: &Call| Err(Failure::not_found("Thing not found"));
    let panicked = |_: &Call| panic!("no answer");
    let stored = |mut server: crate::endpoint::Server, caching: Caching| {
        server.caching = caching;
        send(&server, &rest(json!({}))).header("cache-control").map(str::to_owned)
    };
    for (caching, success) in [
        (Caching::Never, "no-store"),
        (Caching::Private, "private, no-cache"),
        (Caching::Public { max_age: 300, stale_while_revalidate: 0 }, "public, max-age=300"),
        (BRIEFLY, "public, max-age=5, stale-while-revalidate=30"),
    ] {
        assert_eq!(stored(server(nothing), caching).as_deref(), Some(success));
        assert_eq!(stored(server(failed), caching).as_deref(), Some("no-store"));
        assert_eq!(stored(server(panicked), caching).as_deref(), Some("no-store"));
    }
    let own = |_: &Call| Ok(Reply::no_content().header("cache-control", "public, max-age=1"));
    assert_eq!(stored(server(own), Caching::Never).as_deref(), Some("public, max-age=1"));
}

#[test]
fn the_tag_is_of_the_data_alone() {
    let tag = |caching, method, endpoint: fn(&Call) -> Result<Reply, Failure>| {
        ask(caching, method, &[], endpoint).header("etag").map(str::to_owned)
    };
    let of_data = EntityTag::of_data(&json!({"name": "lamp"})).unwrap().to_string();
    assert_eq!(tag(Caching::Private, "GET", lamp), Some(of_data.clone()));
    assert_eq!(tag(BRIEFLY, "HEAD", lamp), Some(of_data.clone()));
    assert_eq!(tag(Caching::Never, "GET", lamp), None);
    assert_eq!(tag(Caching::Private, "POST", lamp), None, "it is no representation of what was posted to");
    assert_eq!(tag(Caching::Never, "PATCH", version).as_deref(), Some("\"3.17\""));
    let page =
        |_: &Call| Reply::paginated("Found", json!({"name": "lamp"}), Pagination::cursor(20, Some("c".to_owned())));
    assert_eq!(tag(Caching::Private, "GET", page), Some(of_data));
    assert_eq!(tag(Caching::Private, "GET", |_| Reply::ok("Found", json!({"name": "lamps"}))).unwrap().len(), 24);
    assert_eq!(tag(Caching::Private, "GET", |_| Err(Failure::not_found("Thing not found"))), None);
    assert_eq!(tag(Caching::Private, "GET", |_| Ok(Reply::no_content())), None);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let answered = ask(BRIEFLY, "GET", &[("If-None-Match", "\"3.17\"")], version);
    assert_eq!((answered.status(), answered.answer.get("body")), (304, None));
    let elapsed = answered.header("x-response-time").unwrap();
    assert_eq!(
        answered.answer["headers"],
        json!({
            "x-request-id": "gateway-1",
            "x-service": super::SERVICE.name,
            "x-version": super::SERVICE.version,
            "x-gateway": "microservices-v1",
            "x-response-time": elapsed,
            "x-content-type-options": "nosniff",
            "strict-transport-security": "max-age=31536000; includeSubDomains",
            "access-control-allow-origin": "https://shop.example",
            "access-control-expose-headers": "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed",
            "vary": "Origin",
            "cache-control": "public, max-age=5, stale-while-revalidate=30",
            "etag": "\"3.17\"",
        })
    );
    let log = answered.log();
    assert_eq!((&log["status"], &log["level"]), (&json!(304), &json!("INFO")));
}

#[test]
fn a_reading_request_is_answered_by_its_conditions() {
    for (lines, status) in [
        (&[("If-None-Match", "*")][..], 304),
        (&[("If-None-Match", "W/\"3.17\"")], 304),
        (&[("If-None-Match", "\"a\", \"3.17\"")], 304),
        (&[("If-None-Match", "\"a\""), ("If-None-Match", "\"3.17\"")], 304),
        (&[("If-None-Match", "\"3.16\"")], 200),
        (&[("If-None-Match", "3.17")], 200),
        (&[("If-None-Match", "\"3.17\" \"3.17\"")], 200),
        (&[("If-None-Match", "")], 200),
        (&[("If-Match", "\"3.17\"")], 200),
        (&[("If-Match", "*")], 200),
        (&[("If-Match", "W/\"3.17\"")], 412),
        (&[("If-Match", "\"3.16\"")], 412),
        (&[("If-Match", "")], 412),
        (&[("If-Match", "\"3.16\""), ("If-None-Match", "\"3.17\"")], 412),
        (&[("If-Match", "\"3.17\""), ("If-None-Match", "\"3.17\"")], 304),
        (&[("If-Match", "3.17")], 200),
    ] {
        assert_eq!(ask(Caching::Private, "GET", lines, version).status(), status, "{lines:?}");
    }
}

#[test]
fn a_request_that_was_refused_anyway_keeps_its_error() {
    let missing = |_: &Call| Err(Failure::not_found("Thing not found"));
    for lines in [[("If-None-Match", "*")], [("If-Match", "\"3.17\"")], [("If-Match", "3.17")]] {
        assert_eq!(ask(Caching::Private, "GET", &lines, missing).status(), 404);
    }
}

#[test]
fn a_condition_that_does_not_hold_is_told_the_present_version() {
    let answered = ask(Caching::Private, "GET", &[("If-Match", "\"3.16\"")], version);
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    assert_eq!(answered.header("etag"), None);
    assert_eq!(
        answered.json()["error"],
        json!({
            "message": "Precondition failed", "type": "PreconditionFailedError", "code": "PRECONDITION_FAILED",
            "details": {"etag": "\"3.17\""},
        })
    );
}

#[test]
fn a_condition_that_cannot_be_read_is_refused() {
    let change =
        |call: &Call| Reply::ok("Changed", json!({"holds": call.if_match()?.unwrap().holds(&EntityTag::named("1"))}));
    let many = |count: usize| vec!["\"1\""; count].join(",");
    for (value, code, message) in [
        ("1".to_owned(), "INVALID_FORMAT", "must be * or entity tags in quotes"),
        (many(101), "TOO_LONG", "must be at most 100 entity tags"),
    ] {
        let answered = ask(Caching::Never, "PATCH", &[("If-Match", &value)], change);
        assert_eq!((answered.status(), answered.code()), (400, "INVALID_FIELDS".to_owned()));
        let problem = json!([{"field": "If-Match", "code": code, "message": message}]);
        assert_eq!(answered.json()["error"]["details"]["fields"], problem);
    }
    assert_eq!(ask(Caching::Never, "PATCH", &[("If-Match", &many(100))], change).json()["data"]["holds"], true);
    assert_eq!(ask(Caching::Never, "PATCH", &[("If-Match", "\"2\"")], change).json()["data"]["holds"], false);
}
