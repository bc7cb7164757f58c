//! The function behind a table's stream: sends the event of each written item to the queues of its subscribers.
//!
//! Its environment has `SUBSCRIBERS`, the queues of each event type (`user.created=QUEUE_URL,order.created=QUEUE_URL`), and
//! `UNREADABLE_QUEUE`: a record that can't be read goes there as it came, without the table's secrets, so that it does not
//! stop the records after it.

mod record;
mod sender;
mod subscribers;
mod unreadable;

use std::marker::PhantomData;
use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, Service, serve_function};
use futures_util::future::join_all;
use serde_json::value::RawValue;

pub use unreadable::{NotSent, UnreadableQueue};

use crate::batch_response::{BatchResponse, ItemFailure};
use crate::stream::StreamEvent;
use record::read;
use sender::{Message, Sender, SqsSender, send_all};
use subscribers::Subscribers;

/// Serves the publisher of a table (a DynamoDB event source with `ReportBatchItemFailures`).
pub fn main(service: Service) -> ExitCode {
    serve_function::<Publisher<NoSecrets>>(service)
}

/// Serves the publisher of a table whose items hold secrets.
pub fn main_redacting<S: Secrets>(service: Service) -> ExitCode {
    serve_function::<Publisher<S>>(service)
}

/// The attributes of a table's items that no queue may receive, not even in an unreadable record.
pub trait Secrets: 'static {
    /// Names of the attributes.
    const ATTRIBUTES: &'static [&'static str];
}

struct NoSecrets;

impl Secrets for NoSecrets {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

struct Publisher<S> {
    subscribers: Subscribers,
    /// URL of the queue for unreadable records.
    unreadable_queue: String,
    sender: SqsSender,
    secrets: PhantomData<S>,
}

impl<S: Secrets> Function for Publisher<S> {
    type Event = StreamEvent;
    type Response = BatchResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self {
            subscribers: Subscribers::parse(&aws::required("SUBSCRIBERS")?)?,
            unreadable_queue: aws::required("UNREADABLE_QUEUE")?,
            sender: SqsSender::new()?,
            secrets: PhantomData,
        })
    }

    fn failures(response: &BatchResponse) -> usize {
        response.batch_item_failures.len()
    }

    async fn call(&self, event: StreamEvent, _: &Context) -> Result<BatchResponse, FunctionError> {
        let messages = messages(&event.records, &self.subscribers, &self.unreadable_queue, S::ATTRIBUTES);
        match publish(&self.sender, messages).await {
            None => Ok(BatchResponse::default()),
            Some(failed) => failed_at(&event.records[failed]),
        }
    }
}

/// The response that has Lambda deliver this record and all after it again.
fn failed_at(record: &RawValue) -> Result<BatchResponse, FunctionError> {
    match record::sequence_number(record) {
        Some(item_identifier) => Ok(BatchResponse { batch_item_failures: vec![ItemFailure { item_identifier }] }),
        // An unreadable record may have no sequence number to report: the whole batch fails.
        None => Err(FunctionError::new("NotPublished", "a record without a number could not be set aside")),
    }
}

/// The messages to send for these records.
fn messages(
    records: &[Box<RawValue>],
    subscribers: &Subscribers,
    unreadable_queue: &str,
    secrets: &[&str],
) -> Vec<Message> {
    let mut messages = Vec::new();
    for (index, raw) in records.iter().enumerate() {
        match read(raw) {
            Ok(None) => {}
            Ok(Some(event)) => {
                tracing::info!(
                    requestId = event.requestid,
                    eventId = event.id,
                    eventType = event.kind,
                    queues = subscribers.of(&event.kind).count(),
                    "publishing an event"
                );
                messages.extend(subscribers.of(&event.kind).map(|queue| Message::event(index, queue, &event)));
            }
            Err(problem) => {
                tracing::error!(%problem, sequenceNumber = record::sequence_number(raw), "setting aside a record");
                messages.push(Message::unreadable(index, unreadable_queue, &record::redacted(raw, secrets)));
            }
        }
    }
    messages
}

/// Sends the messages: to different queues at the same time, to each queue in order. Returns the index of the first record
/// that was not published; Lambda delivers it and all after it again.
async fn publish(sender: &impl Sender, messages: Vec<Message>) -> Option<usize> {
    let mut queues: Vec<(String, Vec<Message>)> = Vec::new();
    for message in messages {
        match queues.iter_mut().find(|(queue, _)| *queue == message.queue) {
            Some((_, messages)) => messages.push(message),
            None => queues.push((message.queue.clone(), vec![message])),
        }
    }
    let sent = queues.iter().map(|(queue, messages)| send_all(sender, queue, messages));
    join_all(sent).await.into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
