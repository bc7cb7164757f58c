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
        "RedriveAllowPolicy",
        "FifoQueue",
    ],
    without_effect: &["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled", "Tags"],
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
    let redrive = optional(properties.get("RedrivePolicy"), |field| redrive(scope, resource, &field));
    let allowed = optional(properties.get("RedriveAllowPolicy"), |field| allowed_sources(&field));
    allowed?;
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

/// The queues that may have a queue for their dead letters; nothing if all may. SQS: "SetQueueAttributes", `RedriveAllowPolicy`.
fn allowed_sources(policy: &Field<'_>) -> Option<Option<Vec<String>>> {
    policy.only(&Accepted { emulated: &["redrivePermission", "sourceQueueArns"], without_effect: &[] });
    match policy.need("redrivePermission")?.one_of(&["allowAll", "denyAll", "byQueue"])? {
        "allowAll" => Some(None),
        "denyAll" => Some(Some(Vec::new())),
        _ => {
            let sources = policy.need("sourceQueueArns")?.items()?.into_iter().map(|arn| arn.text());
            Some(Some(sources.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?))
        }
    }
}

fn redrive(scope: &Scope<'_>, source: &Resource, policy: &Field<'_>) -> Option<Redrive> {
    policy.only(&Accepted { emulated: &["deadLetterTargetArn", "maxReceiveCount"], without_effect: &[] });
    let target = policy.need("deadLetterTargetArn").and_then(|field| scope.named(&field, QUEUE, "Arn"));
    let max_receive_count = policy.need("maxReceiveCount").and_then(|field| field.whole(1..=1_000));
    if let Some(target) = target
        && let Some(node) = target.properties.get("RedriveAllowPolicy")
    {
        let place = Place::new(&target.id).key("RedriveAllowPolicy");
        let value = scope.resolve(node, &place);
        let sources = allowed_sources(&Field::new(scope.report, place, &value)).flatten();
        let own = scope.own(source, "Arn");
        if sources.is_some_and(|sources| !sources.iter().any(|arn| Some(arn) == own.as_ref())) {
            policy.note(format!("the RedriveAllowPolicy of `{}` does not allow it", target.id));
        }
    }
    Some(Redrive { dead_letter_arn: scope.own(target?, "Arn")?, max_receive_count: max_receive_count? })
}

#[cfg(test)]
mod tests;
