//! What an endpoint can ask of a request: ids, headers, parameters, the time left.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{ask, context, http, nothing, rest, send_within, server};
use crate::decode::{DecodeQuery, FromQuery, QueryFields, whole_number};
use crate::{Call, Failure, Reply};

struct Text(String);

impl FromQuery for Text {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        Ok(Self(text.to_owned()))
    }
}

struct Limit(u32);

impl FromQuery for Limit {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, 100).map(Self)
    }
}

struct Search {
    search: Option<String>,
    limit: u32,
}

impl DecodeQuery for Search {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let search = query.optional("search");
        let limit = query.optional("limit");
        Some(Self { search: search?.map(|Text(text)| text), limit: limit?.map_or(20, |Limit(limit)| limit) })
    }
}

/// Answers with the query it read.
fn echo(call: &Call) -> Result<Reply, Failure> {
    let Search { search, limit } = call.query()?;
    Reply::ok("Found", json!({"search": search, "limit": limit}))
}

fn request_id(headers: Value) -> String {
    let answered = ask(&rest(json!({"headers": headers})), |call| Reply::ok("Done", call.request_id()));
    let id = answered.header("x-request-id").unwrap().to_owned();
    assert_eq!(answered.json()["meta"]["requestId"], id);
    assert_eq!(answered.json()["data"], id);
    assert_eq!(answered.log()["requestId"], id);
    id
}

#[test]
fn the_callers_id_is_the_same_everywhere() {
    assert_eq!(request_id(json!({"X-Request-ID": "My-id_1.0"})), "My-id_1.0");
    assert_eq!(request_id(json!({"x-request-id": "a".repeat(128)})), "a".repeat(128));
}

#[test]
fn the_id_that_is_kept_is_none_that_a_client_can_choose() {
    let event = rest(json!({"headers": {"X-Request-ID": "Augusta-Ada"}}));
    assert_eq!(ask(&event, |call| Reply::ok("Done", call.own_id())).json()["data"], "extended-1");
}

#[test]
fn an_id_that_could_forge_something_gives_way_to_the_gateways() {
    for id in ["", " ", "a b", "a\r\nX-Evil: 1", "a\",\"level\":\"x", "é", &"a".repeat(129)] {
        assert_eq!(request_id(json!({"X-Request-ID": id})), "gateway-1", "{id:?}");
    }
}

#[test]
fn of_two_different_ids_neither_is_taken() {
    for ids in [["a", "b"], ["a", ""], ["", "a"]] {
        let event = rest(json!({"multiValueHeaders": {"X-Request-ID": ids}}));
        assert_eq!(ask(&event, nothing).header("x-request-id"), Some("gateway-1"), "{ids:?}");
    }
    let event = rest(json!({"multiValueHeaders": {"X-Request-ID": ["a", "a"]}}));
    assert_eq!(ask(&event, nothing).header("x-request-id"), Some("a"));
}

#[test]
fn without_a_gateways_id_it_is_lambdas() {
    for id in [Value::Null, json!("")] {
        let answered = ask(&rest(json!({"requestContext": {"requestId": id}})), nothing);
        assert_eq!(answered.header("x-request-id"), Some("lambda-1"));
    }
}

#[test]
fn headers_are_found_in_any_case_and_of_repeated_ones_the_first() {
    let header = |event: Value| ask(&event, |call| Reply::ok("Done", call.header("X-Colour"))).json()["data"].clone();
    assert_eq!(header(rest(json!({"headers": {"x-colour": "rot"}}))), "rot");
    assert_eq!(header(rest(json!({"headers": {"X-COLOUR": "b"}, "multiValueHeaders": {"X-COLOUR": ["a", "b"]}}))), "a");
    assert_eq!(header(http(json!({"headers": {"x-colour": "grün"}}))), "grün");
    assert_eq!(header(rest(json!({}))), Value::Null);
}

#[test]
fn path_parameters_and_the_source_address_are_the_gateways() {
    let told = |event: Value| {
        ask(&event, |call| Reply::ok("Done", json!([call.path_parameter("id"), call.source_ip()]))).json()["data"]
            .clone()
    };
    assert_eq!(told(rest(json!({"headers": {"X-Forwarded-For": "6.6.6.6"}}))), json!(["7", "203.0.113.7"]));
    assert_eq!(told(http(json!({"pathParameters": {"id": "8"}}))), json!(["8", "127.0.0.1"]));
    assert_eq!(told(rest(json!({"pathParameters": null, "requestContext": {"identity": null}}))), json!(["", ""]));
}

#[test]
fn a_rest_apis_query_is_read() {
    let query = |one: Value, multi: Value| {
        ask(&rest(json!({"queryStringParameters": one, "multiValueQueryStringParameters": multi})), echo)
    };
    let read = query(json!({"search": "a,b", "limit": "5"}), json!({"search": ["a,b"], "limit": ["5"]}));
    assert_eq!(read.json()["data"], json!({"search": "a,b", "limit": 5}));
    assert_eq!(query(json!({"search": ""}), Value::Null).json()["data"], json!({"search": "", "limit": 20}));
    let repeated = query(json!({"limit": "6"}), json!({"limit": ["5", "6"], "sort": ["up"]}));
    assert_eq!((repeated.status(), repeated.code().as_str()), (400, "INVALID_FIELDS"));
    assert_eq!(
        repeated.json()["error"]["details"],
        json!({"fields": [
            {"field": "limit", "code": "REPEATED", "message": "must be given once"},
            {"field": "sort", "code": "UNKNOWN_FIELD", "message": "is not a parameter of this request"},
        ]})
    );
}

#[test]
fn an_http_apis_query_is_decoded_here() {
    let query = |raw: &str| ask(&http(json!({"rawQueryString": raw})), echo);
    let data = |raw: &str| query(raw).json()["data"].clone();
    assert_eq!(data("search=a%2Cb,c+d%20%C3%A9&limit=5"), json!({"search": "a,b,c d é", "limit": 5}));
    assert_eq!(data("&search&&"), json!({"search": "", "limit": 20}));
    assert_eq!(data("search=a=b%"), json!({"search": "a=b%", "limit": 20}));
    assert_eq!(data("se%61rch=%ff%zz"), json!({"search": "\u{fffd}%zz", "limit": 20}));
    assert_eq!(query("limit=1&limit=2").json()["error"]["details"]["fields"][0]["code"], "REPEATED");
}

#[test]
fn the_time_left_ends_with_the_deadline() {
    let left = |deadline: SystemTime| {
        let server = server(|call| Reply::ok("Done", u64::try_from(call.time_left().as_millis()).unwrap()));
        let mut context = context();
        context.deadline = u64::try_from(deadline.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let (answer, _) = send_within(&server, &rest(json!({})), context).unwrap();
        let answer: Value = serde_json::from_str(answer.get()).unwrap();
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        body["data"].as_u64().unwrap()
    };
    assert!((50_000..=60_000).contains(&left(SystemTime::now() + Duration::from_secs(60))));
    assert_eq!(left(SystemTime::now() - Duration::from_secs(1)), 0);
}

#[test]
fn a_call_shows_nothing_a_log_may_not_hold() {
    let event = rest(json!({"headers": {"Authorization": "Bearer secret"}, "body": "secret"}));
    let answered = ask(&event, |call| Reply::ok("Done", format!("{call:?}")));
    assert_eq!(answered.json()["data"], r#"Call { request_id: "gateway-1", route: "POST /api/things/{id}", .. }"#);
}
