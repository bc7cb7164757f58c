//! An `SQS` event. AWS SAM: "SQS"; Lambda: "Using Lambda with Amazon SQS".

use std::collections::BTreeMap;
use std::time::Duration;

use super::filters::{enabled, filters, report_batch_item_failures};
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{Queue, QueueSource};
use crate::stack::{QUEUE, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "Queue",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FilterCriteria",
        "FunctionResponseTypes",
        "ScalingConfig",
        "Enabled",
    ],
    without_effect: &["KmsKeyArn", "MetricsConfig"],
};

pub(super) fn queue(
    scope: &Scope<'_>,
    id: &str,
    properties: &Field<'_>,
    timeout: Option<Duration>,
    queues: &BTreeMap<String, Queue>,
) -> Option<QueueSource> {
    properties.only(&PROPERTIES);
    let resource = properties.need("Queue").and_then(|field| {
        let resource = scope.named(&field, QUEUE, "Arn")?;
        check_visibility(&field, queues.get(&resource.id), timeout);
        Some(resource)
    });
    let batch_size = or_default(properties.get("BatchSize"), 10, |field| field.whole(1..=10_000));
    let batch_window =
        or_default(properties.get("MaximumBatchingWindowInSeconds"), Duration::ZERO, |field| field.seconds(0..=300));
    if let (Some(11..), Some(Duration::ZERO)) = (batch_size, batch_window) {
        properties.get("BatchSize")?.note("over 10 it needs a MaximumBatchingWindowInSeconds of at least 1");
    }
    let filters = filters(properties);
    let report_batch_item_failures = report_batch_item_failures(properties);
    let maximum_concurrency = optional(properties.get("ScalingConfig"), |scaling| {
        scaling.only(&Accepted { emulated: &["MaximumConcurrency"], without_effect: &[] });
        scaling.need("MaximumConcurrency")?.whole(2..=1_000)
    });
    let enabled = enabled(properties);
    Some(QueueSource {
        id: id.to_owned(),
        queue: scope.own(resource?, "Arn")?,
        batch_size: batch_size?,
        batch_window: batch_window?,
        filters: filters?,
        report_batch_item_failures: report_batch_item_failures?,
        maximum_concurrency: maximum_concurrency?,
        enabled: enabled?,
    })
}

/// Lambda refuses a queue whose messages would show up again while the function still works on them.
fn check_visibility(field: &Field<'_>, queue: Option<&Queue>, timeout: Option<Duration>) {
    if let (Some(queue), Some(timeout)) = (queue, timeout)
        && queue.visibility_timeout < timeout
    {
        let (visible, timeout) = (queue.visibility_timeout.as_secs(), timeout.as_secs());
        field.note(format!(
            "the VisibilityTimeout of `{}` ({visible} s) is below the function's Timeout ({timeout} s)",
            queue.name
        ));
    }
}
