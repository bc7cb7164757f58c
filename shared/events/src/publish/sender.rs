//! Sending messages to a queue in batches, and the failed messages of a batch again.

use std::borrow::Cow;
use std::future::Future;

use aws::retry::RetryBudget;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use serde::Serialize;

use crate::{Event, trace};

/// Most entries of a batch ("Amazon SQS message quotas").
const MAX_ENTRIES: usize = 10;

/// Most bytes of a batch, and of one message.
const MAX_BYTES: usize = 1_048_576;

/// How often a batch is tried before its records are left to the stream's next delivery.
const TRIES: u32 = 4;

/// A message to send for a record of the stream's batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    /// Index of the record in the batch.
    pub record: usize,
    /// URL of the queue.
    pub queue: String,
    pub body: String,
    /// The event's trace as X-Ray's header.
    pub trace: Option<String>,
}

impl Message {
    pub(super) fn event(record: usize, queue: &str, event: &Event<impl Serialize>) -> Self {
        let body = serde_json::to_string(event).unwrap_or_default();
        let trace = event.traceparent.as_deref().and_then(trace::xray);
        Self { record, queue: queue.to_owned(), body: escaped(&body).into_owned(), trace }
    }

    /// The record as it came, cut off where it exceeds one message.
    pub(super) fn unreadable(record: usize, queue: &str, raw: &str) -> Self {
        let body = escaped(raw);
        let mut end = body.len().min(MAX_BYTES);
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        Self { record, queue: queue.to_owned(), body: body[..end].to_owned(), trace: None }
    }
}

/// Escapes the two characters that JSON allows and SQS refuses (SendMessage, "MessageBody"). In JSON they can only be inside
/// a string, so an escape is the same JSON. SQS also refuses control characters, which JSON has only as escapes.
fn escaped(json: &str) -> Cow<'_, str> {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff").into()
    } else {
        json.into()
    }
}

/// Sends messages to queues.
pub(super) trait Sender {
    /// Sends a batch, and returns the indices of the messages that the queue did not accept: all of them if the whole call
    /// failed.
    fn send(&self, queue: &str, batch: &[&Message]) -> impl Future<Output = Vec<usize>>;
}

/// Sends the messages of one queue in order. Returns the record of the first that the queue did not accept after every try.
/// Batches after that one are not sent: the stream delivers their records again.
pub(super) async fn send_all(sender: &impl Sender, queue: &str, messages: &[Message]) -> Option<usize> {
    for batch in batches(messages) {
        let mut left: Vec<&Message> = batch.iter().collect();
        let mut budget = RetryBudget::tries(TRIES);
        loop {
            let failed = sender.send(queue, &left).await;
            left = failed.into_iter().filter_map(|index| left.get(index).copied()).collect();
            if left.is_empty() || budget.pause().await.is_err() {
                break;
            }
        }
        if let Some(record) = left.iter().map(|message| message.record).min() {
            return Some(record);
        }
    }
    None
}

/// Divides the messages into as few batches as their order allows.
fn batches(messages: &[Message]) -> impl Iterator<Item = &[Message]> {
    let mut left = messages;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |message: &&Message| {
            bytes += message.body.len();
            bytes <= MAX_BYTES
        };
        let count = left.iter().take(MAX_ENTRIES).take_while(fits).count();
        let (batch, rest) = left.split_at(count.max(1).min(left.len()));
        left = rest;
        (!batch.is_empty()).then_some(batch)
    })
}

/// The sender that calls SQS.
pub(super) struct SqsSender(Client);

impl SqsSender {
    pub(super) fn new() -> Result<Self, aws::ConfigError> {
        let config = aws_sdk_sqs::config::Builder::from(&aws::config("sqs")?);
        Ok(Self(Client::from_conf(config.interceptor(aws::PlainUserAgent).build())))
    }
}

impl Sender for SqsSender {
    async fn send(&self, queue: &str, batch: &[&Message]) -> Vec<usize> {
        let all = || (0..batch.len()).collect();
        let entries: Result<Vec<_>, _> =
            batch.iter().enumerate().map(|(index, message)| entry(index, message)).collect();
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(cause = %error, "a message could not be built");
                return all();
            }
        };
        match self.0.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await {
            Ok(output) => {
                for refused in &output.failed {
                    tracing::warn!(
                        queue,
                        code = refused.code,
                        refused.sender_fault,
                        "a queue did not accept a message"
                    );
                }
                output.failed.iter().filter_map(|refused| refused.id.parse().ok()).collect()
            }
            Err(error) => {
                tracing::warn!(queue, cause = %aws_sdk_sqs::error::DisplayErrorContext(error), "a queue did not accept a batch");
                all()
            }
        }
    }
}

fn entry(index: usize, message: &Message) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(&message.body);
    let entry = match &message.trace {
        None => entry,
        Some(trace) => entry.message_system_attributes(
            MessageSystemAttributeNameForSends::AwsTraceHeader,
            MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?,
        ),
    };
    entry.build()
}

#[cfg(test)]
pub(super) mod answers;
#[cfg(test)]
mod tests;
