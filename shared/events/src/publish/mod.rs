//! The function behind a table's stream: puts the event an item carries on the queues of those who hear of it.
//!
//! It is told who hears what by `SUBSCRIBERS` (`user.created=QUEUE_URL,order.created=QUEUE_URL`), and puts what it
//! can't read on the queue `UNREADABLE_QUEUE`, raw but for its secrets, so that one bad record does not stop all that
//! come after it.

mod aside;
mod outbox;
mod record;
mod subscribers;

use std::marker::PhantomData;
use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, Service, serve_function};
use futures_util::future::join_all;
use serde_json::value::RawValue;

pub use aside::{Aside, NotSetAside};

use crate::consume::{BatchResponse, ItemFailure};
use crate::stream::StreamEvent;
use outbox::{Letter, Outbox, SqsOutbox, deliver};
use record::read;
use subscribers::Subscribers;

/// Serves the publisher of a table (a DynamoDB event source with `ReportBatchItemFailures`).
pub fn main(service: Service) -> ExitCode {
    serve_function::<Publish<NoSecrets>>(service)
}

/// As [`main`], for a table whose items hold secrets.
pub fn main_without<S: Secrets>(service: Service) -> ExitCode {
    serve_function::<Publish<S>>(service)
}

/// What of a table's items goes on no queue, not even with a record that is set aside.
pub trait Secrets: 'static {
    /// The attributes, by name.
    const ATTRIBUTES: &'static [&'static str];
}

struct NoSecrets;

impl Secrets for NoSecrets {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

struct Publish<S> {
    subscribers: Subscribers,
    unreadable_queue: String,
    outbox: SqsOutbox,
    secrets: PhantomData<S>,
}

impl<S: Secrets> Function for Publish<S> {
    type Event = StreamEvent;
    type Response = BatchResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self {
            subscribers: Subscribers::parse(&aws::required("SUBSCRIBERS")?)?,
            unreadable_queue: aws::required("UNREADABLE_QUEUE")?,
            outbox: SqsOutbox::new()?,
            secrets: PhantomData,
        })
    }

    fn failures(answer: &BatchResponse) -> usize {
        answer.batch_item_failures.len()
    }

    async fn call(&self, event: StreamEvent, _: &Context) -> Result<BatchResponse, FunctionError> {
        let letters = letters(&event.records, &self.subscribers, &self.unreadable_queue, S::ATTRIBUTES);
        match publish(&self.outbox, letters).await {
            None => Ok(BatchResponse::default()),
            // Its place in the batch is all there is to report it by; the record itself may lack a number to.
            Some(failed) => match record::sequence_number(&event.records[failed]) {
                Some(item_identifier) => {
                    Ok(BatchResponse { batch_item_failures: vec![ItemFailure { item_identifier }] })
                }
                None => Err(FunctionError::new("NotPublished", "a record without a number could not be set aside")),
            },
        }
    }
}

/// What the records have to say, each letter with the place of its record.
fn letters(
    records: &[Box<RawValue>],
    subscribers: &Subscribers,
    unreadable_queue: &str,
    secrets: &[&str],
) -> Vec<Letter> {
    let mut letters = Vec::new();
    for (place, raw) in records.iter().enumerate() {
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
                let addressed = subscribers.of(&event.kind).map(|queue| Letter::event(place, queue, &event));
                letters.extend(addressed);
            }
            Err(problem) => {
                tracing::error!(%problem, sequenceNumber = record::sequence_number(raw), "setting aside a record");
                letters.push(Letter::unreadable(place, unreadable_queue, &record::without(raw, secrets)));
            }
        }
    }
    letters
}

/// Sends the letters, side by side to different queues and in order to each. Gives the place of the first record that
/// was not published: it and all after it come again.
async fn publish(outbox: &impl Outbox, letters: Vec<Letter>) -> Option<usize> {
    let mut queues: Vec<(String, Vec<Letter>)> = Vec::new();
    for letter in letters {
        match queues.iter_mut().find(|(queue, _)| *queue == letter.queue) {
            Some((_, letters)) => letters.push(letter),
            None => queues.push((letter.queue.clone(), vec![letter])),
        }
    }
    let sent = queues.iter().map(|(queue, letters)| deliver(outbox, queue, letters));
    join_all(sent).await.into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
