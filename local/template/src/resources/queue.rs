//! `AWS::SQS::Queue`.

use std::time::Duration;

use crate::error::Place;
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{Queue, Redrive};
use crate::stack::{QUEUE, Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "QueueName",
        "VisibilityTimeout",
        "MessageRetentionPeriod",
        "DelaySeconds",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy",
        "FifoQueue",
    ],
    without_effect: &[
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "SqsManagedSseEnabled",
        "RedriveAllowPolicy",
        "Tags",
    ],
};

pub(crate) fn queue(scope: &Scope<'_>, resource: &Resource) -> Option<Queue> {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    if let Some(fifo) = properties.get("FifoQueue")
        && fifo.flag() == Some(true)
    {
        fifo.note("a FIFO queue isn't emulated on one machine");
    }
    let name = optional(properties.get("QueueName"), |field| field.name("-_", 80));
    let visibility_timeout =
        or_default(properties.get("VisibilityTimeout"), Duration::from_secs(30), |field| field.seconds(0..=43_200));
    let retention = or_default(properties.get("MessageRetentionPeriod"), Duration::from_secs(345_600), |field| {
        field.seconds(60..=1_209_600)
    });
    let delay = or_default(properties.get("DelaySeconds"), Duration::ZERO, |field| field.seconds(0..=900));
    let receive_wait =
        or_default(properties.get("ReceiveMessageWaitTimeSeconds"), Duration::ZERO, |field| field.seconds(0..=20));
    let redrive = optional(properties.get("RedrivePolicy"), |field| redrive(scope, &field));
    Some(Queue {
        name: name?.unwrap_or_else(|| resource.id.clone()),
        arn: scope.own(resource, "Arn")?,
        visibility_timeout: visibility_timeout?,
        retention: retention?,
        delay: delay?,
        receive_wait: receive_wait?,
        redrive: redrive?,
    })
}

fn redrive(scope: &Scope<'_>, policy: &Field<'_>) -> Option<Redrive> {
    policy.only(&Accepted { emulated: &["deadLetterTargetArn", "maxReceiveCount"], without_effect: &[] });
    let target = policy.need("deadLetterTargetArn").and_then(|field| scope.named(&field, QUEUE, "Arn"));
    let max_receive_count = policy.need("maxReceiveCount").and_then(|field| field.whole(1..=1_000));
    Some(Redrive { dead_letter_arn: scope.own(target?, "Arn")?, max_receive_count: max_receive_count? })
}

#[cfg(test)]
mod tests;
