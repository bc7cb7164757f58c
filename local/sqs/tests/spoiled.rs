//! What holds of every request to SQS.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use http::Request;
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use proptest::sample::select;
use support::TestBed;

const OPERATIONS: [&str; 12] = [
    "SendMessage",
    "SendMessageBatch",
    "ReceiveMessage",
    "DeleteMessage",
    "DeleteMessageBatch",
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListQueues",
    "StartMessageMoveTask",
    "Nothing",
];

const BODIES: [&str; 2] = [
    r#"{"QueueUrl":"http://sqs.us-east-1.localhost/000000000000/jobs","MessageBody":"é","DelaySeconds":1,"ReceiptHandle":"x#1#2",
    "VisibilityTimeout":43200,"MessageAttributes":{"a":{"DataType":"Number","StringValue":"1e5"},"b":{"DataType":"Binary","BinaryValue":"AA=="}},
    "MaxNumberOfMessages":10,"AttributeNames":["All"],"QueueName":"jobs","QueueNamePrefix":"j","MaxResults":7}"#,
    r#"{"QueueUrl":"http://sqs.us-east-1.localhost/000000000000/jobs","Entries":[{"Id":"1","MessageBody":"a","ReceiptHandle":"x",
    "VisibilityTimeout":-1},{"Id":"2","MessageBody":"b"}]}"#,
];

#[test]
fn any_request_is_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bed = TestBed::new();
    let bodies = prop_oneof![4 => spoiled(&BODIES), 1 => texts()];
    proptest!(cases(), |(operation in select(&OPERATIONS[..]), body in bodies)| {
        let request = Request::post("/").header("x-amz-target", format!("AmazonSQS.{operation}"));
        let response = runtime.block_on(bed.sqs.handle(None, request.body(body.into()).unwrap()));
        prop_assert!(response.status().as_u16() < 500, "{:?}", response);
    });
}
