//! The log line of an invocation, and the metrics in it.

use identity::{Identity, Role};
use serde_json::{Value, json};

use super::{Answered, ask, http, nothing, rest, send, server};
use crate::decode::{Decode, Fields};
use crate::process::Process;
use crate::{Call, Failure, Reply, context_of, timestamp};

/// CloudWatch, "Specification: Embedded metric format": as much of it as a line here can break.
fn assert_embedded_metrics(answered: &Answered) {
    assert!(answered.line.ends_with("}\n") && answered.line.matches('\n').count() == 1);
    assert!(answered.line.len() < 256 * 1024);
    let line = answered.log();
    let aws = line["_aws"].as_object().unwrap();
    assert_eq!(aws.keys().collect::<Vec<_>>(), ["Timestamp", "CloudWatchMetrics"]);
    let age = timestamp::epoch_milliseconds().abs_diff(aws["Timestamp"].as_u64().unwrap());
    assert!(age < 60_000, "milliseconds since the epoch");
    for directive in aws["CloudWatchMetrics"].as_array().unwrap() {
        let directive = directive.as_object().unwrap();
        assert_eq!(directive.keys().collect::<Vec<_>>(), ["Namespace", "Dimensions", "Metrics"]);
        assert!((1..=1024).contains(&directive["Namespace"].as_str().unwrap().len()));
        for set in directive["Dimensions"].as_array().unwrap() {
            let set = set.as_array().unwrap();
            assert!(set.len() <= 30);
            for dimension in set {
                let value = line[dimension.as_str().unwrap()].as_str().unwrap();
                assert!((1..=1024).contains(&value.len()), "{dimension}");
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            assert_eq!(metric.as_object().unwrap().keys().collect::<Vec<_>>(), ["Name", "Unit"]);
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
            assert_eq!(metric["Unit"], "Count");
        }
    }
}

fn metrics(line: &Value) -> &Value {
    &line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
}

#[test]
fn a_request_is_one_line() {
    let answered = ask(&rest(json!({})), nothing);
    assert_embedded_metrics(&answered);
    let line = answered.log();
    assert_eq!(
        line,
        json!({
            "timestamp": answered.json()["meta"]["timestamp"],
            "level": "INFO",
            "message": "request",
            "requestId": "gateway-1",
            "gatewayRequestId": "gateway-1",
            "extendedRequestId": "extended-1",
            "sourceIp": "203.0.113.7",
            "service": "test-service",
            "route": "POST /api/things/{id}",
            "status": 200,
            "duration": answered.json()["meta"]["executionTime"],
            "ColdStart": 1,
            "_aws": {
                "Timestamp": line["_aws"]["Timestamp"],
                "CloudWatchMetrics": [{
                    "Namespace": "test",
                    "Dimensions": [[]],
                    "Metrics": [{"Name": "ColdStart", "Unit": "Count"}],
                }],
            },
        })
    );
}

fn ada(expires_at: u64) -> Value {
    let ada = Identity {
        id: "u1".into(),
        session_id: "s1".into(),
        email: "ada@example.com".into(),
        name: "Ada".into(),
        role: Role::Customer,
        expires_at,
    };
    rest(json!({"requestContext": {"authorizer": context_of(&ada)}}))
}

#[test]
fn a_line_says_who_asked_and_from_where() {
    let signed_in = ada(timestamp::epoch_seconds() + 60);
    let asks = |call: &Call| call.identity().map(|_| Reply::no_content());
    let never_asks = |_: &Call| Err(Failure::unsupported_media_type());
    let panics = |_: &Call| panic!("no answer");
    for endpoint in [server(asks), server(never_asks), server(panics)] {
        let line = send(&endpoint, &signed_in).log();
        assert_eq!((&line["userId"], &line["sourceIp"]), (&json!("u1"), &json!("203.0.113.7")));
    }
}

#[test]
fn a_line_names_nobody_who_was_not_let_in() {
    let forged = |mut event: Value| {
        event["headers"] = json!({"X-User-ID": "u1", "X-Forwarded-For": "198.51.100.9"});
        event["multiValueHeaders"] = json!({"Authorization": ["Bearer a.b.c", "Bearer d.e.f"]});
        event
    };
    let asks = |call: &Call| call.identity().map(|_| Reply::no_content());
    let never_asks = |_: &Call| Ok(Reply::no_content());
    let late = ada(timestamp::epoch_seconds());
    let two_tokens = forged(ada(timestamp::epoch_seconds() + 60));
    for event in [rest(json!({})), forged(rest(json!({}))), late, two_tokens, http(json!({}))] {
        for line in [ask(&event, asks).log(), ask(&event, never_asks).log()] {
            assert_eq!(line.get("userId"), None, "{line}");
            assert_ne!(line["sourceIp"], "198.51.100.9", "{line}");
        }
    }
}

#[test]
fn a_line_names_the_user_whom_the_endpoint_let_in() {
    let login = |call: &Call| {
        call.authenticated("u2");
        Ok(Reply::no_content())
    };
    assert_eq!(ask(&rest(json!({})), login).log()["userId"], "u2");
    let refused = |call: &Call| {
        call.authenticated("u2");
        Err(Failure::forbidden())
    };
    assert_eq!(ask(&rest(json!({})), refused).log()["userId"], "u2");
}

#[test]
fn the_gateways_own_ids_stand_beside_the_callers() {
    let line = ask(&rest(json!({"headers": {"X-Request-ID": "mine"}})), nothing).log();
    let ids = ["requestId", "gatewayRequestId", "extendedRequestId"].map(|name| line[name].clone());
    assert_eq!(ids, [json!("mine"), json!("gateway-1"), json!("extended-1")]);
    // An HTTP API has one id, and no client sets it.
    let line = ask(&http(json!({"headers": {"x-request-id": "mine"}})), nothing).log();
    assert_eq!((&line["requestId"], &line["gatewayRequestId"]), (&json!("mine"), &json!("gateway-1")));
    assert_eq!((line.get("extendedRequestId"), &line["sourceIp"]), (None, &json!("127.0.0.1")));
}

#[test]
fn only_the_first_invocation_of_a_process_is_cold() {
    let server = server(nothing);
    assert_eq!(send(&server, &rest(json!({}))).log()["ColdStart"], 1);
    let warm = send(&server, &rest(json!({})));
    assert_eq!((warm.log().get("ColdStart"), warm.log().get("_aws")), (None, None), "nothing to count");
}

#[test]
fn what_an_endpoint_counts_is_a_metric() {
    let made = ask(&rest(json!({})), |_| {
        Ok(Reply::ok("Done", json!({}))?.metric("OrdersCreated").metric("HoldsExpired").metric("HoldsExpired"))
    });
    assert_embedded_metrics(&made);
    assert_eq!((&made.log()["OrdersCreated"], &made.log()["HoldsExpired"]), (&json!(1), &json!(2)));
    let refused = ask(&rest(json!({})), |_| Err(Failure::invalid_credentials().metric("LoginsRefused")));
    assert_embedded_metrics(&refused);
    assert_eq!(refused.log()["LoginsRefused"], 1);
    assert!(metrics(&refused.log()).as_array().unwrap().contains(&json!({"Name": "LoginsRefused", "Unit": "Count"})));
}

#[test]
fn errors_say_which_and_only_the_servers_are_errors() {
    let client = ask(&rest(json!({})), |_| Err(Failure::forbidden())).log();
    assert_eq!(
        (&client["level"], &client["status"], &client["code"], client.get("cause")),
        (&json!("INFO"), &json!(403), &json!("FORBIDDEN"), None)
    );
    let server = ask(&rest(json!({})), |_| Err(Failure::internal("line one\nline two")));
    assert_embedded_metrics(&server);
    let line = server.log();
    assert_eq!(
        (&line["level"], &line["status"], &line["code"], &line["cause"]),
        (&json!("ERROR"), &json!(500), &json!("INTERNAL_ERROR"), &json!("line one\nline two"))
    );
}

#[test]
fn a_route_is_what_was_matched() {
    let route = |event: Value| ask(&event, nothing).log()["route"].clone();
    assert_eq!(route(rest(json!({}))), "POST /api/things/{id}");
    assert_eq!(route(http(json!({"routeKey": "POST /api/things/{id}"}))), "POST /api/things/{id}");
    assert_eq!(route(http(json!({}))), "POST /api/things/7");
}

struct Credentials {
    password: String,
}

impl Decode for Credentials {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let email = fields.required::<String>("email");
        let password = fields.required("password");
        email.and(Some(Self { password: password? }))
    }
}

#[test]
fn a_line_holds_no_password_token_or_email() {
    let secrets = ["hunter2-pass", "aaaa.bbbb.cccc", "ada@example.com", "Ada Lovelace"];
    let [password, token, email, name] = secrets;
    let ada = Identity {
        id: "u1".into(),
        email: email.into(),
        name: name.into(),
        role: Role::Customer,
        session_id: "s1".into(),
        expires_at: timestamp::epoch_seconds() + 60,
    };
    let event = |body: Value| {
        rest(json!({
            "path": format!("/api/things/{email}"),
            "headers": {
                "Authorization": format!("Bearer {token}"),
                "Content-Type": "application/json",
                "Cookie": token,
                "Referer": email,
                "X-Request-ID": email,
            },
            "queryStringParameters": {"email": email, "token": token},
            "pathParameters": {"id": email},
            "requestContext": {"authorizer": context_of(&ada), "path": format!("/prod/api/things/{email}")},
            "body": body.to_string(),
        }))
    };
    type Case = (Value, u64, fn(&Call) -> Result<Reply, Failure>);
    let login = |call: &Call| {
        let Credentials { password } = call.body()?;
        Reply::ok("Login successful", json!({"token": call.bearer_token()?, "echo": password}))
    };
    let cases: [Case; 7] = [
        (json!({"email": email, "password": password}), 200, login),
        (json!({"email": email, "password": [password]}), 400, login),
        (json!({"email": email, password: token}), 400, login),
        (json!({"email": email}), 401, |_| Err(Failure::invalid_credentials())),
        (json!({"email": email}), 409, |call| {
            let email = &call.identity()?.email;
            Err(Failure::conflict(crate::Code::CONFLICT, "User already exists").detail("email", email))
        }),
        (json!({"email": email}), 500, |_| Err("x".parse::<u8>().unwrap_err().into())),
        (json!({"email": email}), 400, |call| call.query::<NoParameters>().map(|_| Reply::no_content())),
    ];
    for (body, status, endpoint) in cases {
        let answered = ask(&event(body), endpoint);
        assert_eq!(answered.status(), status);
        assert_embedded_metrics(&answered);
        for secret in secrets {
            assert!(!answered.line.contains(secret), "{}", answered.line);
        }
    }
}

struct NoParameters;

impl crate::decode::DecodeQuery for NoParameters {
    fn decode(_: &mut crate::decode::QueryFields) -> Option<Self> {
        Some(Self)
    }
}

#[test]
fn the_line_has_what_the_process_tells_of_itself() {
    let server = server(nothing);
    let (_, line) = super::try_send(&server, &rest(json!({}))).unwrap();
    let process = Process { init_duration: Some(3), memory: Some(7) };
    let line: Value = serde_json::from_str(&line.to_json(&super::context(), None, process)).unwrap();
    assert_eq!((&line["initDuration"], &line["memory"]), (&json!(3), &json!(7)));
    assert_eq!(line.get("_aws"), None, "without a namespace nothing is counted");
}
