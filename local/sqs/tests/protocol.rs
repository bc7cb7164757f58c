//! The JSON protocol byte by byte, where an SDK would not let a test go.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use support::TestBed;

const JOBS: &str = "http://sqs.us-east-1.localhost/000000000000/jobs";

async fn call(bed: &TestBed, target: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let request = Request::post("/").header("x-amz-target", target).header("x-amzn-trace-id", "Root=1-a-b");
    bed.sqs.handle(None, request.body(body.into()).unwrap()).await
}

async fn ok(bed: &TestBed, operation: &str, input: Value) -> Value {
    let response = call(bed, &format!("AmazonSQS.{operation}"), input.to_string()).await;
    assert_eq!(response.status(), StatusCode::OK, "{response:?}");
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn an_error_has_its_shape_in_the_body_and_its_older_code_in_a_header() {
    let bed = TestBed::new();
    let response =
        call(&bed, "AmazonSQS.DeleteMessage", json!({"QueueUrl": "nope", "ReceiptHandle": "x"}).to_string()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(response.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(response.headers()["x-amzn-requestid"].len(), 36);
    assert_eq!(
        serde_json::from_slice::<Value>(response.body()).unwrap(),
        json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."})
    );
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    let bed = TestBed::new();
    let refused = [
        ("AmazonSQS.SendMessage", "{", "MalformedInput;Sender"),
        ("AmazonSQS.SendMessage", r#"{"QueueUrl":5}"#, "MalformedInput;Sender"),
        ("AmazonSQS.SendMessage", "{}", "MissingParameter;Sender"),
        ("AmazonSQS.SendMessage", r#"{"QueueUrl":"jobs"}"#, "MissingParameter;Sender"),
        ("AmazonSQS.Nonsense", "{}", "InvalidAction;Sender"),
        ("", "Action=SendMessage", "InvalidAction;Sender"),
    ];
    for (target, body, expected) in refused {
        let response = call(&bed, target, body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{target} {body}");
        assert_eq!(response.headers()["x-amzn-query-error"], expected, "{target} {body}");
    }
}

#[tokio::test]
async fn an_empty_queue_answers_an_empty_object() {
    let bed = TestBed::new();
    assert_eq!(ok(&bed, "ReceiveMessage", json!({"QueueUrl": JOBS})).await, json!({}));
    assert_eq!(ok(&bed, "GetQueueAttributes", json!({"QueueUrl": JOBS})).await, json!({}));
}

#[tokio::test]
async fn a_trace_header_of_the_request_goes_with_the_message() {
    let bed = TestBed::new();
    ok(&bed, "SendMessage", json!({"QueueUrl": JOBS, "MessageBody": "a", "MessageGroupId": "tenant-1"})).await;
    let input = json!({"QueueUrl": JOBS, "AttributeNames": ["AWSTraceHeader", "SenderId", "MessageGroupId"]});
    let received = ok(&bed, "ReceiveMessage", input).await;
    assert_eq!(
        received["Messages"][0]["Attributes"],
        json!({"AWSTraceHeader": "Root=1-a-b", "SenderId": "000000000000", "MessageGroupId": "tenant-1"})
    );
}

#[tokio::test]
async fn a_message_of_one_mebibyte_passes_and_one_byte_more_does_not() {
    let bed = TestBed::new();
    let body = "x".repeat(local_sqs::MAX_MESSAGE_BYTES);
    ok(&bed, "SendMessage", json!({"QueueUrl": JOBS, "MessageBody": body})).await;
    let long = json!({"QueueUrl": JOBS, "MessageBody": body + "x"}).to_string();
    let response = call(&bed, "AmazonSQS.SendMessage", long).await;
    assert_eq!(response.headers()["x-amzn-query-error"], "InvalidParameterValue;Sender");
}
