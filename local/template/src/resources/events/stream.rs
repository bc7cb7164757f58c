//! A `DynamoDB` event. AWS SAM: "DynamoDB"; Lambda: "Using AWS Lambda with Amazon DynamoDB".

use std::time::Duration;

use super::filters::{enabled, filters, report_batch_item_failures};
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::StreamSource;
use crate::stack::{QUEUE, Scope, TABLE};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "Stream",
        "StartingPosition",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FilterCriteria",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "BisectBatchOnFunctionError",
        "FunctionResponseTypes",
        "DestinationConfig",
        "Enabled",
        // At most so many batches at once: one after the other is within that, in the order Lambda promises.
        "ParallelizationFactor",
        // Only with the value that changes nothing.
        "TumblingWindowInSeconds",
    ],
    without_effect: &["KmsKeyArn", "MetricsConfig"],
};

pub(super) fn stream(scope: &Scope<'_>, id: &str, properties: &Field<'_>) -> Option<StreamSource> {
    properties.only(&PROPERTIES);
    if let Some(field) = properties.get("ParallelizationFactor") {
        let _: Option<u32> = field.whole(1..=10);
    }
    only_value(properties, "TumblingWindowInSeconds", 0);
    let table = properties.need("Stream").and_then(|field| scope.named(&field, TABLE, "StreamArn"));
    let from_start = properties.need("StartingPosition").and_then(|field| {
        let position = field.one_of(&["TRIM_HORIZON", "LATEST"])?;
        Some(position == "TRIM_HORIZON")
    });
    let batch_size = or_default(properties.get("BatchSize"), 100, |field| field.whole(1..=10_000));
    let batch_window =
        or_default(properties.get("MaximumBatchingWindowInSeconds"), Duration::ZERO, |field| field.seconds(0..=300));
    let filters = filters(properties);
    let retries = or_default(properties.get("MaximumRetryAttempts"), -1, |field| field.whole(-1..=10_000));
    let age = or_default(properties.get("MaximumRecordAgeInSeconds"), -1, |field| match field.whole(-1..=604_800)? {
        0..60 => field.refuse("has to be -1, or 60 to 604800"),
        age => Some(age),
    });
    let bisect = or_default(properties.get("BisectBatchOnFunctionError"), false, |field| field.flag());
    let report_batch_item_failures = report_batch_item_failures(properties);
    let on_failure = optional(properties.get("DestinationConfig"), |field| on_failure(scope, &field));
    let enabled = enabled(properties);
    Some(StreamSource {
        id: id.to_owned(),
        table: scope.physical_name(table?)?,
        from_start: from_start?,
        batch_size: batch_size?,
        batch_window: batch_window?,
        filters: filters?,
        maximum_retry_attempts: u32::try_from(retries?).ok(),
        maximum_record_age: u64::try_from(age?).ok().map(Duration::from_secs),
        bisect: bisect?,
        report_batch_item_failures: report_batch_item_failures?,
        on_failure: on_failure?,
        enabled: enabled?,
    })
}

/// The ARN of the queue that is told of discarded records.
fn on_failure(scope: &Scope<'_>, field: &Field<'_>) -> Option<String> {
    field.only(&Accepted { emulated: &["OnFailure"], without_effect: &[] });
    let on_failure = field.need("OnFailure")?;
    on_failure.only(&Accepted { emulated: &["Destination", "Type"], without_effect: &[] });
    if let Some(kind) = on_failure.get("Type") {
        kind.one_of(&["SQS"]);
    }
    let queue = scope.named(&on_failure.need("Destination")?, QUEUE, "Arn")?;
    scope.own(queue, "Arn")
}

fn only_value(properties: &Field<'_>, key: &str, value: i64) {
    if let Some(field) = properties.get(key)
        && field.whole(i64::MIN..=i64::MAX).is_some_and(|given: i64| given != value)
    {
        field.note(format!("a value other than {value} isn't emulated on one machine"));
    }
}
