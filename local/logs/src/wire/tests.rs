//! Requests as AWS SDKs send them.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::*;
use crate::Limits;

fn logs() -> Logs {
    let groups = [("echo", "/aws/lambda/echo"), ("list", "/aws/lambda/list"), ("other", "/aws/lambda/list")];
    let logs = Logs::new(groups, Limits::default());
    for (second, function, line) in [
        (1, "echo", "START RequestId: 1"),
        (2, "list", r#"{"level":"ERROR","message":"broken"}"#),
        (3, "echo", "END RequestId: 1"),
        (4, "other", r#"{"level":"INFO"}"#),
    ] {
        logs.add(function, UNIX_EPOCH + Duration::from_secs(second), line);
    }
    logs
}

fn ask(logs: &Logs, operation: &str, body: &Value) -> (u16, Value) {
    let request = Request::post("/").header("x-amz-target", format!("{}{operation}", Logs::TARGET));
    let response = logs.handle(&request.body(body.to_string().into()).unwrap());
    assert_eq!(response.headers()[CONTENT_TYPE], JSON);
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

fn names<'a>(answer: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    answer[list].as_array().unwrap().iter().map(|one| one[member].as_str().unwrap()).collect()
}

#[test]
fn groups_are_those_of_the_functions() {
    let logs = logs();
    let (_, all) = ask(&logs, "DescribeLogGroups", &json!({}));
    assert_eq!(names(&all, "logGroups", "logGroupName"), ["/aws/lambda/echo", "/aws/lambda/list"]);
    assert_eq!(all["logGroups"][0]["storedBytes"], 34);
    assert_eq!(all["logGroups"][0]["arn"], "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/echo:*");
    let (_, some) = ask(&logs, "DescribeLogGroups", &json!({"logGroupNamePrefix": "/aws/lambda/l"}));
    assert_eq!(names(&some, "logGroups", "logGroupName"), ["/aws/lambda/list"]);
    let (_, some) = ask(&logs, "DescribeLogGroups", &json!({"logGroupNamePattern": "ECHO"}));
    assert_eq!(names(&some, "logGroups", "logGroupName"), ["/aws/lambda/echo"]);
    let (_, first) = ask(&logs, "DescribeLogGroups", &json!({"limit": 1}));
    assert_eq!(names(&first, "logGroups", "logGroupName"), ["/aws/lambda/echo"]);
    let (_, rest) = ask(&logs, "DescribeLogGroups", &json!({"nextToken": first["nextToken"]}));
    assert_eq!((names(&rest, "logGroups", "logGroupName"), rest.get("nextToken")), (vec!["/aws/lambda/list"], None));
}

#[test]
fn functions_that_share_a_group_have_streams_of_their_own() {
    let (_, answer) = ask(
        &logs(),
        "DescribeLogStreams",
        &json!({"logGroupName": "/aws/lambda/list", "orderBy": "LastEventTime", "descending": true}),
    );
    let streams = names(&answer, "logStreams", "logStreamName");
    assert!(streams[0].ends_with("/other[$LATEST]") && streams[1].ends_with("/list[$LATEST]"), "{streams:?}");
    assert_eq!(answer["logStreams"][0]["lastEventTimestamp"], 4000);
}

#[test]
fn events_are_filtered_by_group_time_and_pattern() {
    let logs = logs();
    let filter = |more: Value| {
        let mut request = json!({"logGroupName": "/aws/lambda/echo"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = ask(&logs, "FilterLogEvents", &request);
        assert_eq!(status, 200, "{answer}");
        names(&answer, "events", "message").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(filter(json!({})), ["START RequestId: 1", "END RequestId: 1"]);
    assert_eq!(filter(json!({"startTime": 3000})), ["END RequestId: 1"]);
    assert_eq!(filter(json!({"endTime": 1000})), ["START RequestId: 1"]);
    assert_eq!(filter(json!({"filterPattern": "END"})), ["END RequestId: 1"]);
    let by_arn = json!({
        "logGroupIdentifier": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/list",
        "filterPattern": "{ $.level = \"ERROR\" }",
    });
    let (_, answer) = ask(&logs, "FilterLogEvents", &by_arn);
    assert_eq!(names(&answer, "events", "message"), [r#"{"level":"ERROR","message":"broken"}"#]);
    assert_eq!(answer["events"][0]["eventId"].as_str().map(str::len), Some(56));

    let (_, first) = ask(&logs, "FilterLogEvents", &json!({"logGroupName": "/aws/lambda/echo", "limit": 1}));
    let (_, rest) =
        ask(&logs, "FilterLogEvents", &json!({"logGroupName": "/aws/lambda/echo", "nextToken": first["nextToken"]}));
    assert_eq!((names(&rest, "events", "message"), rest.get("nextToken")), (vec!["END RequestId: 1"], None));
}

#[test]
fn a_stream_is_read_from_either_end() {
    let logs = logs();
    let (_, streams) = ask(&logs, "DescribeLogStreams", &json!({"logGroupName": "/aws/lambda/echo"}));
    let get = |more: Value| {
        let mut request = json!({
            "logGroupName": "/aws/lambda/echo", "limit": 1,
            "logStreamName": streams["logStreams"][0]["logStreamName"],
        });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&logs, "GetLogEvents", &request).1
    };
    let newest = get(json!({}));
    assert_eq!(names(&newest, "events", "message"), ["END RequestId: 1"]);
    let before = get(json!({"nextToken": newest["nextBackwardToken"]}));
    assert_eq!(names(&before, "events", "message"), ["START RequestId: 1"]);
    let oldest = get(json!({"startFromHead": true}));
    assert_eq!(names(&oldest, "events", "message"), ["START RequestId: 1"]);
    let next = get(json!({"nextToken": oldest["nextForwardToken"]}));
    assert_eq!(names(&next, "events", "message"), ["END RequestId: 1"]);
    let end = get(json!({"nextToken": next["nextForwardToken"]}));
    assert_eq!((end["events"].as_array().unwrap().len(), &end["nextForwardToken"]), (0, &next["nextForwardToken"]));
}

#[test]
fn what_is_wrong_is_refused_by_its_name() {
    let logs = logs();
    for (operation, body, code) in [
        ("FilterLogEvents", json!({"logGroupName": "none"}), "ResourceNotFoundException"),
        ("FilterLogEvents", json!({}), "InvalidParameterException"),
        ("FilterLogEvents", json!({"logGroupName": "/aws/lambda/echo", "limit": 0}), "InvalidParameterException"),
        ("FilterLogEvents", json!({"logGroupName": "/aws/lambda/echo", "nextToken": "x"}), "InvalidParameterException"),
        (
            "FilterLogEvents",
            json!({"logGroupName": "/aws/lambda/echo", "filterPattern": "[a]"}),
            "InvalidParameterException",
        ),
        (
            "GetLogEvents",
            json!({"logGroupName": "/aws/lambda/echo", "logStreamName": "x"}),
            "ResourceNotFoundException",
        ),
        ("DescribeLogStreams", json!({"logGroupName": "none"}), "ResourceNotFoundException"),
        ("DescribeLogGroups", json!({"limit": "x"}), "SerializationException"),
        ("PutLogEvents", json!({}), "UnknownOperationException"),
    ] {
        let (status, answer) = ask(&logs, operation, &body);
        assert_eq!((status, answer["__type"].as_str()), (400, Some(code)), "{operation} {body}: {answer}");
    }
    let (_, answer) = ask(&logs, "PutLogEvents", &json!({}));
    assert!(answer["message"].as_str().unwrap().starts_with("PutLogEvents of CloudWatch Logs is not emulated"));
}
