//! Sending messages in batches, with what fails of one tried again.

use std::borrow::Cow;
use std::future::Future;

use aws::retry::RetryBudget;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use serde::Serialize;

use crate::{Event, trace};

/// SQS, "Amazon SQS message quotas": entries and bytes of a batch.
const MAX_ENTRIES: usize = 10;
const MAX_BYTES: usize = 1_048_576;

/// How often a batch is tried before its records are left to the stream's next delivery.
const TRIES: u32 = 4;

/// A message to send for the record at a place of the batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    pub place: usize,
    pub queue: String,
    pub body: String,
    /// X-Ray's header of the trace the event belongs to.
    pub trace: Option<String>,
}

impl Letter {
    pub(super) fn event(place: usize, queue: &str, event: &Event<impl Serialize>) -> Self {
        let body = serde_json::to_string(event).unwrap_or_default();
        let trace = event.traceparent.as_deref().and_then(trace::xray);
        Self { place, queue: queue.to_owned(), body: carried(&body).into_owned(), trace }
    }

    /// The record as it came, as far as one message can hold it.
    pub(super) fn unreadable(place: usize, queue: &str, raw: &str) -> Self {
        let body = carried(raw);
        let mut end = body.len().min(MAX_BYTES);
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        Self { place, queue: queue.to_owned(), body: body[..end].to_owned(), trace: None }
    }
}

/// JSON without the two characters that JSON allows and SQS does not carry (SendMessage, "MessageBody"): in JSON they
/// can only be inside of a string, and there they can be escaped. Those below U+0020 are escaped already.
fn carried(json: &str) -> Cow<'_, str> {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff").into()
    } else {
        json.into()
    }
}

/// Where letters are put.
pub(super) trait Outbox {
    /// Puts a batch on a queue, and gives the indices of the letters that were not taken: none or all, if it failed
    /// as a whole.
    fn send(&self, queue: &str, batch: &[&Letter]) -> impl Future<Output = Vec<usize>>;
}

/// Sends the letters of one queue in order. Gives the place of the first that was not taken after every try; none
/// after its batch are sent, as they will come again.
pub(super) async fn deliver(outbox: &impl Outbox, queue: &str, letters: &[Letter]) -> Option<usize> {
    for batch in batches(letters) {
        let mut left: Vec<&Letter> = batch.iter().collect();
        let mut budget = RetryBudget::tries(TRIES);
        loop {
            let failed = outbox.send(queue, &left).await;
            left = failed.into_iter().filter_map(|index| left.get(index).copied()).collect();
            if left.is_empty() || budget.pause().await.is_err() {
                break;
            }
        }
        if let Some(place) = left.iter().map(|letter| letter.place).min() {
            return Some(place);
        }
    }
    None
}

/// As few batches as their order allows.
fn batches(letters: &[Letter]) -> impl Iterator<Item = &[Letter]> {
    let mut left = letters;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |letter: &&Letter| {
            bytes += letter.body.len();
            bytes <= MAX_BYTES
        };
        let count = left.iter().take(MAX_ENTRIES).take_while(fits).count();
        let (batch, rest) = left.split_at(count.max(1).min(left.len()));
        left = rest;
        (!batch.is_empty()).then_some(batch)
    })
}

/// The queues themselves.
pub(super) struct SqsOutbox(Client);

impl SqsOutbox {
    pub(super) fn new() -> Result<Self, aws::ConfigError> {
        Ok(Self(Client::new(&aws::config("sqs")?)))
    }
}

impl Outbox for SqsOutbox {
    async fn send(&self, queue: &str, batch: &[&Letter]) -> Vec<usize> {
        let all = || (0..batch.len()).collect();
        let entries: Result<Vec<_>, _> = batch.iter().enumerate().map(|(index, letter)| entry(index, letter)).collect();
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(cause = %error, "a message could not be made");
                return all();
            }
        };
        match self.0.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await {
            Ok(output) => {
                for refused in &output.failed {
                    tracing::warn!(queue, code = refused.code, refused.sender_fault, "a message was not taken");
                }
                output.failed.iter().filter_map(|refused| refused.id.parse().ok()).collect()
            }
            Err(error) => {
                tracing::warn!(queue, cause = %aws_sdk_sqs::error::DisplayErrorContext(error), "a batch was not taken");
                all()
            }
        }
    }
}

fn entry(index: usize, letter: &Letter) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(&letter.body);
    let entry = match &letter.trace {
        None => entry,
        Some(trace) => entry.message_system_attributes(
            MessageSystemAttributeNameForSends::AwsTraceHeader,
            MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?,
        ),
    };
    entry.build()
}
