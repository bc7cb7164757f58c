//! GetQueueAttributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::{Call, required};
use crate::Error;
use crate::store::{self, Stamps};

/// Attributes of SQS that these queues don't have. When they are asked for, the response leaves them out.
const ABSENT: [&str; 10] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "All",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Attributes {
    #[serde(rename = "Attributes", skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
}

pub(super) async fn attributes(call: &Call<'_>, get: Get) -> Result<Attributes, Error> {
    let queue = Arc::clone(call.sqs.queues().find(&required(get.queue_url, "QueueUrl")?)?);
    let mut attributes = queue.attributes();
    let looked = call.sqs.store().run(move |work| Ok((store::depth(work, &queue)?, Stamps::of(work, queue.name())?)));
    let (depth, stamps) = looked.await?;
    attributes.extend([
        ("ApproximateNumberOfMessages", depth.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", depth.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", depth.delayed.to_string()),
        ("CreatedTimestamp", (stamps.created / 1000).to_string()),
        ("LastModifiedTimestamp", (stamps.modified / 1000).to_string()),
    ]);

    let wanted = get.attribute_names;
    let unknown = |name: &&String| !attributes.contains_key(name.as_str()) && !ABSENT.contains(&name.as_str());
    if let Some(unknown) = wanted.iter().find(unknown) {
        return Err(Error::InvalidAttributeName(unknown.clone()));
    }
    attributes.retain(|name, _| wanted.iter().any(|wanted| wanted == "All" || wanted == name));
    Ok(Attributes { attributes })
}
