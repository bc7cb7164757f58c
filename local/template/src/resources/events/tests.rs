use std::time::Duration;

use serde_json::json;

use crate::testing::{function, function_with, problems, system};
use crate::{EventSource, QueueSource, ScheduleSource, StreamSource};

const OTHERS: &str = "  Jobs: {Type: AWS::SQS::Queue}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
";

fn event(kind: &str, properties: &str) -> String {
    function_with(&format!("Events: {{E: {{Type: {kind}, Properties: {{{properties}}}}}}}")) + OTHERS
}

fn source(kind: &str, properties: &str) -> EventSource {
    function(&system(&event(kind, properties))).sources[0].clone()
}

fn queue(properties: &str) -> QueueSource {
    match source("SQS", &format!("Queue: !GetAtt Jobs.Arn, {properties}")) {
        EventSource::Queue(queue) => queue,
        other => panic!("{other:?}"),
    }
}

fn stream(properties: &str) -> StreamSource {
    match source("DynamoDB", &format!("Stream: !GetAtt Table.StreamArn, {properties}")) {
        EventSource::Stream(stream) => stream,
        other => panic!("{other:?}"),
    }
}

fn schedule(kind: &str, properties: &str) -> ScheduleSource {
    match source(kind, properties) {
        EventSource::Schedule(schedule) => schedule,
        other => panic!("{other:?}"),
    }
}

/// The problems of one event, without file, line and logical id.
fn refused(kind: &str, properties: &str) -> Vec<String> {
    let found = problems(&event(kind, properties));
    found
        .iter()
        .map(|line| line.trim_start_matches("t.yaml:6: F.Events.E.").trim_start_matches("Properties.").to_owned())
        .collect()
}

#[test]
fn a_queue_feeds_a_function() {
    let default = queue("Enabled: true");
    assert_eq!((default.id.as_str(), default.queue.as_str()), ("E", "arn:aws:sqs:us-east-1:000000000000:Jobs"));
    assert_eq!((default.batch_size, default.batch_window, default.enabled), (10, Duration::ZERO, true));
    assert_eq!((default.report_batch_item_failures, default.maximum_concurrency), (false, None));

    let written = queue(
        "BatchSize: 50, MaximumBatchingWindowInSeconds: 2, FunctionResponseTypes: [ReportBatchItemFailures], \
         ScalingConfig: {MaximumConcurrency: 4}, FilterCriteria: {Filters: [{Pattern: '{\"body\":{\"type\":[\"a\"]}}'}]}, \
         Enabled: false",
    );
    assert_eq!((written.batch_size, written.batch_window.as_secs(), written.enabled), (50, 2, false));
    assert_eq!((written.report_batch_item_failures, written.maximum_concurrency), (true, Some(4)));
    assert_eq!(written.filters, [json!({"body": {"type": ["a"]}})]);
}

#[test]
fn a_stream_feeds_a_function() {
    let default = stream("StartingPosition: TRIM_HORIZON");
    assert_eq!((default.id.as_str(), default.table.as_str(), default.from_start), ("E", "things", true));
    assert_eq!((default.batch_size, default.batch_window, default.enabled), (100, Duration::ZERO, true));
    assert_eq!((default.maximum_retry_attempts, default.maximum_record_age), (None, None));
    assert!(!default.bisect && !default.report_batch_item_failures && default.on_failure.is_none());

    let written = stream(
        "StartingPosition: LATEST, MaximumRetryAttempts: 0, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true, \
         ParallelizationFactor: 10, FunctionResponseTypes: [ReportBatchItemFailures], \
         DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Jobs.Arn}}",
    );
    assert_eq!((written.from_start, written.maximum_retry_attempts), (false, Some(0)));
    assert_eq!(written.maximum_record_age, Some(Duration::from_secs(60)));
    assert!(written.bisect && written.report_batch_item_failures);
    assert_eq!(written.on_failure.as_deref(), Some("arn:aws:sqs:us-east-1:000000000000:Jobs"));
}

#[test]
fn schedules_have_a_rate_an_input_and_a_switch() {
    let rule = schedule("Schedule", "Schedule: rate(1 minute)");
    assert_eq!((rule.every.as_secs(), rule.input, rule.enabled), (60, None, true));
    let rule = schedule("Schedule", "Schedule: rate(2 hours), Input: '{\"a\":1}', State: DISABLED");
    assert_eq!((rule.every.as_secs(), rule.input.as_deref(), rule.enabled), (7_200, Some("{\"a\":1}"), false));
    let scheduler =
        schedule("ScheduleV2", "ScheduleExpression: rate(1 day), Input: '{}', FlexibleTimeWindow: {Mode: 'OFF'}");
    assert_eq!((scheduler.every.as_secs(), scheduler.input.as_deref()), (86_400, Some("{}")));
}

#[test]
fn what_has_no_emulation_is_refused() {
    let from = "Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST";
    assert_eq!(refused("HttpApi", "Path: /"), ["Type: an event of type HttpApi isn't emulated on one machine"]);
    assert_eq!(
        refused("DynamoDB", &format!("{from}, ParallelizationFactor: 11, TumblingWindowInSeconds: 5")),
        [
            "ParallelizationFactor: `11` is not a whole number from 1 to 10",
            "TumblingWindowInSeconds: a value other than 0 isn't emulated on one machine",
        ]
    );
    assert_eq!(
        refused("Schedule", "Schedule: cron(0 12 * * ? *), RetryPolicy: {}"),
        [
            "RetryPolicy: `RetryPolicy` isn't emulated on one machine (or is misspelt): take it out",
            "Schedule: `cron(0 12 * * ? *)` isn't emulated on one machine: use rate(…)",
        ]
    );
    assert_eq!(
        refused(
            "DynamoDB",
            &format!("{from}, DestinationConfig: {{OnFailure: {{Type: SNS, Destination: !GetAtt Jobs.Arn}}}}")
        ),
        ["DestinationConfig.OnFailure.Type: `SNS` is not SQS"]
    );
}

#[test]
fn what_lambda_refuses_is_refused() {
    assert_eq!(
        refused("SQS", "Queue: !GetAtt Jobs.Arn, BatchSize: 11"),
        ["BatchSize: over 10 it needs a MaximumBatchingWindowInSeconds of at least 1"]
    );
    assert_eq!(
        refused("DynamoDB", "Stream: !GetAtt Table.Arn, StartingPosition: AT_TIMESTAMP, MaximumRecordAgeInSeconds: 5"),
        [
            "Stream: `arn:aws:dynamodb:us-east-1:000000000000:table/things` is not the StreamArn of an AWS::DynamoDB::Table \
             in this template",
            "StartingPosition: `AT_TIMESTAMP` is not TRIM_HORIZON or LATEST",
            "MaximumRecordAgeInSeconds: has to be -1, or 60 to 604800",
        ]
    );
    let pattern = refused("SQS", "Queue: !GetAtt Jobs.Arn, FilterCriteria: {Filters: [{Pattern: '{body'}]}");
    assert_eq!(pattern.len(), 1);
    assert!(pattern[0].starts_with("FilterCriteria.Filters[0].Pattern: is not JSON: "), "{pattern:?}");
}

#[test]
fn a_queue_must_not_show_messages_again_while_the_function_works() {
    let slow = event("SQS", "Queue: !GetAtt Jobs.Arn").replace("provided.al2023,", "provided.al2023, Timeout: 31,");
    assert_eq!(
        problems(&slow),
        [
            "t.yaml:6: F.Events.E.Properties.Queue: the VisibilityTimeout of `Jobs` (30 s) is below the function's Timeout (31 s)"
        ]
    );
}
