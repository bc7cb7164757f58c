//! SendMessage and SendMessageBatch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::batch::{Batch, Entry, Outcome};
use super::call::{Call, required};
use crate::attribute::{Attributes, Value};
use crate::error::MAX_MESSAGE_BYTES;
use crate::{Error, NewMessage, digest, limits, store};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    input: Input,
}

/// The fields that a message and an entry of a batch share.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Attributes,
    #[serde(default)]
    message_system_attributes: Attributes,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

/// The response to a sender.
#[derive(Serialize)]
pub(super) struct Sent {
    #[serde(rename = "MessageId")]
    id: String,
    #[serde(flatten)]
    digests: BTreeMap<&'static str, String>,
}

pub(super) async fn one(call: &Call<'_>, send: Send) -> Result<Sent, Error> {
    let queue = required(send.queue_url, "QueueUrl")?;
    let digests = digests(&send.input);
    let id = call.sqs.send(&queue, message(call, send.input)?).await?;
    Ok(Sent { id, digests })
}

pub(super) async fn batch(call: &Call<'_>, batch: Batch<Input>) -> Result<Outcome<Sent>, Error> {
    let (queue, entries) = batch.open("SendMessageBatchRequestEntry")?;
    let queue = Arc::clone(call.sqs.queues().find(&queue)?);
    let mut checked = Vec::with_capacity(entries.len());
    let mut bytes = 0;
    for Entry { id, input } in entries {
        let digests = digests(&input);
        let message = message(call, input);
        bytes += message.as_ref().map_or(0, NewMessage::bytes);
        let message = message.and_then(|message| limits::check(&message).map(|()| message));
        checked.push((id, digests, message));
    }
    if bytes > MAX_MESSAGE_BYTES {
        return Err(Error::BatchRequestTooLong(bytes));
    }
    let batch = call.sqs.store().run(move |work| {
        let mut send = |message: Result<NewMessage, Error>| store::send(work, &queue, &message?);
        Outcome::of(checked.into_iter().map(|(id, digests, message)| {
            let sent = send(message).map(|message| Sent { id: message, digests });
            (id, sent)
        }))
    });
    batch.await
}

fn message(call: &Call<'_>, input: Input) -> Result<NewMessage, Error> {
    if let Some(id) = input.message_deduplication_id {
        let reason = "The request include parameter that is not valid for this queue type.";
        return Err(Error::invalid(id, "MessageDeduplicationId", reason));
    }
    let delay = input.delay_seconds.map(|seconds| {
        let reason = "DelaySeconds must be >= 0 and <= 900.";
        u64::try_from(seconds).map_err(|_| Error::invalid(seconds, "DelaySeconds", reason))
    });
    Ok(NewMessage {
        body: required(input.message_body, "MessageBody")?,
        attributes: input.message_attributes,
        delay: delay.transpose()?.map(Duration::from_secs),
        sender: Some(call.sender.into()),
        trace_header: trace_header(input.message_system_attributes)?.or(call.trace_header.map(str::to_owned)),
        group_id: input.message_group_id,
        span: call.span.clone(),
    })
}

/// The only system attribute a sender may give is `AWSTraceHeader`, a string.
fn trace_header(attributes: Attributes) -> Result<Option<String>, Error> {
    let mut header = None;
    for (name, attribute) in attributes {
        match (name.as_str(), attribute.value) {
            ("AWSTraceHeader", Value::Text(text)) => header = Some(text),
            _ => {
                return Err(Error::InvalidParameterValue(format!(
                    "Message system attribute name '{name}' is invalid: the only one supported is the string AWSTraceHeader."
                )));
            }
        }
    }
    Ok(header)
}

/// The digests of what was sent, for the client to compare with its own.
fn digests(input: &Input) -> BTreeMap<&'static str, String> {
    [
        ("MD5OfMessageBody", input.message_body.as_deref().map(digest::of_body)),
        ("MD5OfMessageAttributes", digest::of_attributes(&input.message_attributes)),
        ("MD5OfMessageSystemAttributes", digest::of_attributes(&input.message_system_attributes)),
    ]
    .into_iter()
    .filter_map(|(name, digest)| Some((name, digest?)))
    .collect()
}
