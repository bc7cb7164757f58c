//! One batch of messages on its way into the function.

use bytes::Bytes;
use local_lambda::{Invocation, InvokeError};
use local_sqs::Received;
use tokio::time::Instant;

use super::Queue;
use super::record::record;
use crate::payload::{self, Size};
use crate::report::Report;

/// The delivery of messages that were received together.
pub(super) struct Delivery {
    pub queue: Queue,
    pub received_at: Instant,
}

/// A message with its element of `Records`.
struct Entry {
    message: Received,
    json: String,
}

impl Delivery {
    /// Returns when each message is deleted, or left to come again.
    pub(super) async fn deliver(&self, messages: Vec<Received>) {
        let shared = &self.queue.shared;
        let mut entries = Vec::new();
        let mut filtered_out = Vec::new();
        for message in messages {
            let record = record(&message, &shared.source.queue, &shared.region);
            if shared.filters.pass_message(&record) {
                entries.push(Entry { message, json: record.to_string() });
            } else {
                filtered_out.push(message.receipt_handle);
            }
        }
        // "Messages that don't meet the filter criteria are deleted from the queue."
        self.delete(filtered_out).await;
        for batch in split(entries) {
            self.deliver_batch(batch).await;
        }
    }

    async fn deliver_batch(&self, batch: Vec<Entry>) {
        let shared = &self.queue.shared;
        let payload = payload::of(batch.iter().map(|entry| entry.json.as_str()));
        let Some(invocation) = self.invoke(payload).await else {
            return self.leave(batch);
        };
        let outcome = self.outcome(&batch, &invocation);
        let (failed, done): (Vec<_>, Vec<_>) = batch.into_iter().partition(|entry| outcome.is_failed(entry));
        if failed.is_empty() {
            shared.failures.send_replace(0);
        } else {
            tracing::warn!(
                function = shared.function.name,
                source = shared.source.id,
                request_id = invocation.request_id,
                failed = failed.len(),
                done = done.len(),
                "messages failed"
            );
            shared.failures.send_modify(|failures| *failures = failures.saturating_add(1));
        }
        self.delete(done.into_iter().map(|entry| entry.message.receipt_handle).collect()).await;
        self.leave(failed);
    }

    fn outcome(&self, batch: &[Entry], invocation: &Invocation) -> Outcome {
        if invocation.function_error.is_some() {
            return Outcome::AllFailed;
        }
        if !self.queue.shared.source.report_batch_item_failures {
            return Outcome::Failed(Vec::new());
        }
        match Report::read(&invocation.payload) {
            Report::Success => Outcome::Failed(Vec::new()),
            // An id that is not in the batch means that the report can't be trusted.
            Report::Failed(ids) if ids.iter().all(|id| batch.iter().any(|entry| entry.message.message.id == *id)) => {
                Outcome::Failed(ids)
            }
            Report::Failed(_) | Report::Malformed => Outcome::AllFailed,
        }
    }

    /// Invokes the function. Retries while it can't be invoked, as long as the messages are hidden from other receivers.
    async fn invoke(&self, payload: Bytes) -> Option<Invocation> {
        let shared = &self.queue.shared;
        let mut failures = 0;
        loop {
            match shared.lambda.invoke(&shared.function.name, payload.clone()).await {
                Ok(invocation) => return Some(invocation),
                Err(cause) => {
                    failures += 1;
                    // Whoever started the sources watches `Remote::reach` and says so once.
                    if !matches!(cause, InvokeError::Unreachable(_)) {
                        tracing::warn!(function = shared.function.name, source = shared.source.id, %cause, "messages have to wait");
                    }
                    shared.backoff.wait(failures).await;
                    if self.received_at.elapsed() >= shared.visibility {
                        return None;
                    }
                }
            }
        }
    }

    async fn delete(&self, handles: Vec<String>) {
        let shared = &self.queue.shared;
        if let Err(cause) = shared.sqs.delete_all(&shared.source.queue, handles).await {
            // They come again: delivery is at least once.
            tracing::error!(function = shared.function.name, source = shared.source.id, %cause, "messages are not deleted");
        }
    }

    fn leave(&self, failed: Vec<Entry>) {
        let handles = failed.into_iter().map(|entry| entry.message.receipt_handle);
        self.queue.shared.leave(handles, self.received_at);
    }
}

enum Outcome {
    AllFailed,
    /// The messages of these ids.
    Failed(Vec<String>),
}

impl Outcome {
    fn is_failed(&self, entry: &Entry) -> bool {
        match self {
            Self::AllFailed => true,
            Self::Failed(ids) => ids.contains(&entry.message.message.id),
        }
    }
}

/// Splits a batch so that no invocation's payload is larger than Lambda allows.
fn split(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::new();
    let mut size = Size::EMPTY;
    for entry in entries {
        let grown = size.with(&entry.json);
        match batches.last_mut() {
            Some(batch) if grown.fits() => {
                size = grown;
                batch.push(entry);
            }
            _ => {
                size = Size::EMPTY.with(&entry.json);
                batches.push(vec![entry]);
            }
        }
    }
    batches
}
