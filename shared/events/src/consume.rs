//! The function behind a queue: each message on its own and all of a batch side by side, so that neither a bad one
//! nor a slow one holds up its neighbours.
//!
//! AWS Lambda: "Handling errors for an SQS event source", partial batch responses.

use std::error::Error;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use envelope::{Context, Deadline, Function, FunctionError, InitError, Service, error_chain, serve_function};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use crate::Heard;

/// What a message needs at the end of an invocation to be reported instead of being cut off with all the others.
const MARGIN: Duration = Duration::from_millis(300);

/// Handles the events of a queue, those of a batch side by side. Each may come again, also after it was handled.
pub trait Consumer: Sized + 'static {
    /// The events it handles; see [`heard!`](crate::heard). Others are acknowledged unread.
    type Event: Heard;

    /// As [`envelope::Endpoint::init`].
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// Handles one event. What it logs carries the request id of the event's origin.
    ///
    /// # Errors
    /// Whatever keeps it from its work. The message comes again, and goes to the dead-letter queue in the end.
    fn handle(&self, event: Self::Event) -> impl Future<Output = Result<(), HandleError>>;
}

/// Why an event was not handled: any error, by `?`.
#[derive(Debug)]
pub struct HandleError(Box<dyn Error + Send + Sync>);

impl HandleError {
    /// A reason of its own.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into().into())
    }
}

// It is no `Error` itself, which is what leaves room for this.
impl<E: Error + Send + Sync + 'static> From<E> for HandleError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// Serves the consumer of a queue (an SQS event source with `ReportBatchItemFailures`).
pub fn consume<C: Consumer>(service: Service) -> ExitCode {
    serve_function::<Consuming<C>>(service)
}

/// "Using Lambda with Amazon SQS": as much of the event as consuming needs.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueEvent {
    records: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
}

/// The partial batch response.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchResponse {
    pub batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemFailure {
    pub item_identifier: String,
}

struct Consuming<C>(C);

impl<C: Consumer> Function for Consuming<C> {
    type Event = QueueEvent;
    type Response = BatchResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self(C::init().await?))
    }

    fn failures(answer: &BatchResponse) -> usize {
        answer.batch_item_failures.len()
    }

    async fn call(&self, event: QueueEvent, context: &Context) -> Result<BatchResponse, FunctionError> {
        let time_left = Deadline::of(context).time_left();
        Ok(handle_all(&self.0, event.records, Instant::now() + time_left.saturating_sub(MARGIN)).await)
    }
}

/// Handles the messages, and names those that are to come again. They are side by side: one after the other, a slow
/// first would use up the time of the rest, which would count as received, untried, on their way to the dead letters.
async fn handle_all<C: Consumer>(consumer: &C, messages: Vec<Message>, deadline: Instant) -> BatchResponse {
    let handled = messages.into_iter().map(async |Message { message_id, body }| {
        let done = handle_one(consumer, &message_id, &body, deadline).await;
        (!done).then_some(ItemFailure { item_identifier: message_id })
    });
    BatchResponse { batch_item_failures: join_all(handled).await.into_iter().flatten().collect() }
}

/// An event, as far as it says what it is. (CloudEvents 1.0, "Required attributes".)
#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    requestid: String,
}

/// Whether the message is done with. One line of the log says what became of it.
async fn handle_one<C: Consumer>(consumer: &C, message_id: &str, body: &str, deadline: Instant) -> bool {
    let head: Head = match serde_json::from_str(body) {
        Ok(head) => head,
        Err(error) => {
            // What serde says may quote the message, which is nobody's business but the dead-letter queue's.
            tracing::error!(messageId = message_id, at = error.column(), "a message is no event");
            return false;
        }
    };
    let Head { id, kind, requestid } = head;
    let span = tracing::error_span!("event", requestId = requestid, eventId = id, eventType = kind);
    let handled = async {
        match C::Event::read(&kind, body) {
            None => {
                tracing::debug!("an event of a type that is not heard");
                Ok(false)
            }
            Some(event) => consumer.handle(event?).await.map(|()| true),
        }
    };
    let started = Instant::now();
    let outcome = tokio::time::timeout_at(deadline.into(), AssertUnwindSafe(handled.instrument(span)).catch_unwind());
    let outcome = outcome.await.unwrap_or_else(|_| Ok(Err(HandleError::new("out of time"))));
    let outcome = outcome.unwrap_or_else(|_| Err(HandleError::new("panic")));
    let duration = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(heard) => {
            if heard {
                tracing::info!(requestId = requestid, eventId = id, eventType = kind, duration, "event handled");
            }
            true
        }
        Err(HandleError(error)) => {
            let cause = error_chain(error.as_ref());
            tracing::error!(requestId = requestid, eventId = id, eventType = kind, duration, cause, "event failed");
            false
        }
    }
}

#[cfg(test)]
mod tests;
