//! ReceiveMessage.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::call::{Call, required};
use crate::attribute::{Attribute, Attributes};
use crate::{Error, Received, digest, limits};

const MAX_WAIT: i64 = 20;
const MAX_MESSAGES: i64 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    queue_url: Option<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    /// The older name of `MessageSystemAttributeNames`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Messages {
    #[serde(rename = "Messages", skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Shown>,
}

/// A message with the attributes that were asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    message_id: String,
    receipt_handle: String,
    body: String,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    message_attributes: Attributes,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<String>,
}

pub(super) async fn receive(call: &Call<'_>, receive: Receive) -> Result<Messages, Error> {
    let queue = required(receive.queue_url, "QueueUrl")?;
    let settings = call.sqs.queue(&queue)?;
    let max = receive.max_number_of_messages.unwrap_or(1);
    if !(1..=MAX_MESSAGES).contains(&max) {
        return Err(Error::invalid(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."));
    }
    let wait = match receive.wait_time_seconds {
        None => settings.receive_wait,
        Some(seconds @ 0..=MAX_WAIT) => Duration::from_secs(seconds.unsigned_abs()),
        Some(seconds) => {
            return Err(Error::invalid(seconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."));
        }
    };
    let visibility = receive.visibility_timeout.map(seconds).transpose()?;
    let mut wanted = receive.attribute_names;
    wanted.extend(receive.message_system_attribute_names);
    known(&wanted)?;

    let received = call.sqs.receive_within(&queue, max.unsigned_abs() as usize, visibility, wait).await?;
    let show = |received| shown(received, &wanted, &receive.message_attribute_names);
    Ok(Messages { messages: received.into_iter().map(show).collect() })
}

/// A `VisibilityTimeout`.
pub(super) fn seconds(seconds: i64) -> Result<Duration, Error> {
    let timeout = u64::try_from(seconds)
        .map_err(|_| Error::invalid(seconds, "VisibilityTimeout", "Must be between 0 and 43200, if provided."))?;
    let timeout = Duration::from_secs(timeout);
    limits::check_visibility(timeout).map(|()| timeout)
}

/// Refuses a system attribute SQS does not have. Some of these only FIFO queues have: here they are absent.
fn known(names: &[String]) -> Result<(), Error> {
    const KNOWN: [&str; 10] = [
        "All",
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "AWSTraceHeader",
        "DeadLetterQueueSourceArn",
        "MessageDeduplicationId",
        "MessageGroupId",
        "SenderId",
        "SentTimestamp",
        "SequenceNumber",
    ];
    match names.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        Some(unknown) => Err(Error::InvalidAttributeName(unknown.clone())),
        None => Ok(()),
    }
}

fn shown(Received { receipt_handle, message }: Received, system: &[String], names: &[String]) -> Shown {
    let mut attributes = message.system_attributes();
    attributes.retain(|name, _| system.iter().any(|wanted| wanted == "All" || wanted == name));
    let mut message_attributes = message.attributes.clone();
    message_attributes.retain(|name, _: &mut Attribute| names.iter().any(|wanted| matches(wanted, name)));
    Shown {
        md5_of_body: message.md5_of_body(),
        // Of those shown only: a client can't check a digest of what it did not get.
        md5_of_message_attributes: digest::of_attributes(&message_attributes),
        message_id: message.id,
        receipt_handle,
        body: message.body,
        attributes,
        message_attributes,
    }
}

/// Whether `MessageAttributeNames` asks for an attribute: by its name, by a prefix (`bar.*`), or with all (`All`, `.*`).
fn matches(wanted: &str, name: &str) -> bool {
    wanted == "All" || wanted == name || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}
