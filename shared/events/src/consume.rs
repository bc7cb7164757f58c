//! The function behind a queue. It handles the messages of a batch concurrently and each on its own, so neither a failing
//! nor a slow message delays the others.
//!
//! AWS Lambda: "Handling errors for an SQS event source in Lambda", partial batch responses.

use std::error::Error;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use envelope::{Context, Deadline, Function, FunctionError, InitError, Service, error_chain, serve_function};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde::Deserialize;
use tracing::Instrument;

use crate::Heard;
use crate::batch_response::{BatchResponse, ItemFailure};

/// Time kept back to return the response: without it, one slow message would let the invocation time out and fail the whole
/// batch.
const RESPONSE_TIME: Duration = Duration::from_millis(300);

/// Handles the events of a queue. An event may arrive again, even after it was handled.
pub trait Consumer: Sized + 'static {
    /// The events that it handles; see [`heard!`](crate::heard). Events of other types are acknowledged and ignored.
    type Event: Heard;

    /// As [`envelope::Endpoint::init`].
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// Handles one event. Its log lines have the event's request id.
    ///
    /// # Errors
    /// [`HandleError`]: the message is delivered again, and after the queue's `maxReceiveCount` goes to its dead-letter
    /// queue.
    fn handle(&self, event: Self::Event) -> impl Future<Output = Result<(), HandleError>>;
}

/// Why an event was not handled. The operator `?` makes it from any error.
#[derive(Debug)]
pub struct HandleError(Box<dyn Error + Send + Sync>);

impl HandleError {
    /// An error with this message.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into().into())
    }
}

// `HandleError` does not implement `Error`: this implementation would overlap with `From<T> for T`.
impl<E: Error + Send + Sync + 'static> From<E> for HandleError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// Serves the consumer of a queue (an SQS event source with `ReportBatchItemFailures`).
pub fn consume<C: Consumer>(service: Service) -> ExitCode {
    serve_function::<QueueFunction<C>>(service)
}

/// The fields of an SQS event that a consumer needs ("Using Lambda with Amazon SQS").
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

struct QueueFunction<C>(C);

impl<C: Consumer> Function for QueueFunction<C> {
    type Event = QueueEvent;
    type Response = BatchResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self(C::init().await?))
    }

    fn failures(response: &BatchResponse) -> usize {
        response.batch_item_failures.len()
    }

    async fn call(&self, event: QueueEvent, context: &Context) -> Result<BatchResponse, FunctionError> {
        let time_left = Deadline::of(context).time_left();
        Ok(handle_all(&self.0, event.records, Instant::now() + time_left.saturating_sub(RESPONSE_TIME)).await)
    }
}

/// Handles the messages concurrently, and returns those that failed. One after the other, a slow message would use up the
/// time of the rest, which would count as received without being tried, and move towards the dead-letter queue.
async fn handle_all<C: Consumer>(consumer: &C, messages: Vec<Message>, deadline: Instant) -> BatchResponse {
    let handled = messages.into_iter().map(async |Message { message_id, body }| {
        let is_done = handle_one(consumer, &message_id, &body, deadline).await;
        (!is_done).then_some(ItemFailure { item_identifier: message_id })
    });
    BatchResponse { batch_item_failures: join_all(handled).await.into_iter().flatten().collect() }
}

/// The attributes of an event that are read before its data (CloudEvents 1.0, "Context Attributes").
#[derive(Deserialize)]
struct ContextAttributes {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    requestid: String,
}

/// Handles one message, and logs one line with the result. Returns whether the message is done and can be deleted.
async fn handle_one<C: Consumer>(consumer: &C, message_id: &str, body: &str, deadline: Instant) -> bool {
    let attributes: ContextAttributes = match serde_json::from_str(body) {
        Ok(attributes) => attributes,
        Err(error) => {
            // serde's message may quote personal data of the event, so only the position is logged.
            tracing::error!(messageId = message_id, at = error.column(), "a message is not an event");
            return false;
        }
    };
    let ContextAttributes { id, kind, requestid } = attributes;
    let span = tracing::error_span!("event", requestId = requestid, eventId = id, eventType = kind);
    let handled = async {
        match C::Event::read(&kind, body) {
            None => {
                tracing::debug!("ignored an event of another type");
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
        Ok(is_handled) => {
            if is_handled {
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
