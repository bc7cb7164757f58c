//! One batch of messages on its way into the function.

use bytes::Bytes;
use local_lambda::{Invocation, InvokeError};
use local_sqs::Received;
use local_stories::{Kind, Open, Outcome as Ended, Span};
use tokio::time::Instant;

use super::Queue;
use super::record::record;
use crate::payload::{self, Size};
use crate::report::Report;
use crate::story::place;

/// The delivery of messages that were received together.
pub(super) struct Delivery {
    pub queue: Queue,
    pub received_at: Instant,
}

/// A message with its element of `Records`.
struct Entry {
    message: Received,
    json: String,
    /// The delivery, in the stories of the send.
    told: Open,
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
                let told = self.told(&message);
                entries.push(Entry { message, json: record.to_string(), told });
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
        let title = || format!("{} → {}", self.queue_name(), shared.function.name);
        let (span, call) = place(&shared.stories, batch.iter().map(|entry| entry.told.span()), title);
        let invoked = self.invoke(payload, &span).await;
        let outcome = invoked.as_ref().map_or(Outcome::AllFailed, |invocation| self.outcome(&batch, invocation));
        let (failed, done): (Vec<_>, Vec<_>) = batch.into_iter().partition(|entry| outcome.is_failed(entry));
        if let Some(call) = call {
            call.finish(None, !failed.is_empty());
        }
        let Some(invocation) = invoked else {
            return self.leave(failed);
        };
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
        let (handles, told): (Vec<String>, Vec<Open>) =
            done.into_iter().map(|entry| (entry.message.receipt_handle, entry.told)).unzip();
        self.delete(handles).await;
        for told in told {
            told.span().note("deleted", true);
            told.finish(Ended::Ok);
        }
        self.leave(failed);
    }

    /// Opens the delivery of a message in the stories of its send.
    fn told(&self, Received { message, .. }: &Received) -> Open {
        let shared = &self.queue.shared;
        let sent = shared.stories.message(&message.id, &message.body);
        let told = sent.child(Kind::Queue, &format!("ReceiveMessage {}", self.queue_name()));
        let span = told.span();
        if span.is_recorded() {
            span.note("action", "ReceiveMessage");
            span.note("queue", self.queue_name());
            span.note("messageId", message.id.as_str());
            span.note("receiveCount", message.receive_count);
            span.note("reader", shared.function.name.as_str());
            span.request(message.body.as_bytes());
        }
        told
    }

    fn queue_name(&self) -> &str {
        name(self.queue.queue())
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
    async fn invoke(&self, payload: Bytes, span: &Span) -> Option<Invocation> {
        let shared = &self.queue.shared;
        let mut failures = 0;
        loop {
            match shared.lambda.invoke_within(span.clone(), &shared.function.name, payload.clone()).await {
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
        let redrive = self.queue.shared.sqs.queue(self.queue.queue()).ok().and_then(|queue| queue.redrive.as_ref());
        let handles = failed.into_iter().map(|Entry { message, told, .. }| {
            match redrive.filter(|redrive| message.message.receive_count >= redrive.max_receive_count) {
                Some(redrive) => told.span().note("deadLetterQueue", name(&redrive.dead_letter_arn)),
                None => told.span().note("comesAgain", true),
            }
            told.fail();
            message.receipt_handle
        });
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

/// The name in a queue's ARN.
fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
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
