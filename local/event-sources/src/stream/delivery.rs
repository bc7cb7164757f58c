//! Getting a batch done: invoking the function, and what happens when it fails.
//!
//! - The function failed: the same records again, after a wait; in halves, if the source bisects. Halving uses up no
//!   attempt, so only records that fail alone are ever counted out.
//! - It says which record failed first: those before it are done, the rest is a new batch.
//! - It could not be run (throttled, the stack going down): again, and no attempt used up.
//! - No attempts left, or too old: told to the source's destination, and passed.

use std::collections::VecDeque;
use std::time::SystemTime;

use bytes::Bytes;
use local_lambda::{FunctionError, InvokeError};

use super::batch::Entry;
use super::discard::{Condition, Discarded};
use super::{Stream, is_too_old};
use crate::report::Report;

/// Records that are tried together.
struct Part {
    entries: Vec<Entry>,
    /// Tries that failed and counted.
    attempts: u32,
    /// Times the function was given these records.
    invocations: u32,
    /// Failures in a row, for the wait.
    failures: u32,
    /// The last invocation that failed.
    failed: Option<Failed>,
}

/// A failed invocation.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub request_id: String,
    /// `None` if it answered, but not all records were done.
    pub error: Option<FunctionError>,
}

enum Outcome {
    Done,
    /// The first `done` records are done, the others are not.
    Failed {
        done: usize,
        failed: Failed,
    },
    NotRun,
}

impl Stream {
    /// Returns when every record is done or discarded. The position moves along.
    pub(super) async fn deliver(&self, entries: Vec<Entry>) {
        let mut parts = VecDeque::from([Part::new(entries, 0)]);
        while let Some(mut part) = parts.pop_front() {
            let old = self.too_old(&part.entries);
            if old > 0 {
                let rest = part.entries.split_off(old);
                self.discard(&part, Condition::RecordAgeExceeded).await;
                part.entries = rest;
            }
            if part.entries.is_empty() {
                continue;
            }
            match self.invoke(&part.entries).await {
                Outcome::Done => self.pass(&part.entries).await,
                Outcome::NotRun => {
                    part.failures = part.failures.saturating_add(1);
                    self.wait(part.failures).await;
                    parts.push_front(part);
                }
                Outcome::Failed { done, failed } => {
                    part.invocations += 1;
                    for part in self.after_failure(part, done, failed).await.into_iter().rev() {
                        parts.push_front(part);
                    }
                }
            }
        }
    }

    /// What is left to do of a part that failed, in order.
    async fn after_failure(&self, mut part: Part, done: usize, failed: Failed) -> Vec<Part> {
        tracing::warn!(
            function = self.function.name,
            source = self.source.id,
            request_id = failed.request_id,
            records = part.entries.len(),
            done,
            "a batch failed"
        );
        if done > 0 {
            let rest = part.entries.split_off(done);
            self.pass(&part.entries).await;
            self.wait(1).await;
            return vec![Part::new(rest, part.invocations)];
        }
        part.failed = Some(failed);
        part.failures = part.failures.saturating_add(1);
        if self.source.bisect && part.entries.len() > 1 {
            self.wait(part.failures).await;
            let second = part.entries.split_off(part.entries.len() / 2);
            let second = Part { failed: part.failed.clone(), ..Part::new(second, part.invocations) };
            return vec![part, second];
        }
        part.attempts = part.attempts.saturating_add(1);
        if self.source.maximum_retry_attempts.is_some_and(|most| part.attempts > most) {
            self.discard(&part, Condition::RetryAttemptsExhausted).await;
            return Vec::new();
        }
        self.wait(part.failures).await;
        vec![part]
    }

    async fn invoke(&self, entries: &[Entry]) -> Outcome {
        self.lambda.ready().await;
        let invocation = match self.lambda.invoke(&self.function.name, payload(entries)).await {
            Ok(invocation) => invocation,
            // Who runs the functions tells that nobody is there.
            Err(InvokeError::Unreachable(_)) => return Outcome::NotRun,
            Err(cause) => {
                tracing::warn!(function = self.function.name, source = self.source.id, %cause, "a batch has to wait");
                return Outcome::NotRun;
            }
        };
        let failed = Failed { request_id: invocation.request_id, error: invocation.function_error };
        if failed.error.is_some() {
            return Outcome::Failed { done: 0, failed };
        }
        if !self.source.report_batch_item_failures {
            return Outcome::Done;
        }
        match Report::read(&invocation.payload) {
            Report::Success => Outcome::Done,
            Report::Malformed => Outcome::Failed { done: 0, failed },
            Report::Failed(sequences) => Outcome::Failed { done: first_failed(entries, &sequences), failed },
        }
    }

    /// How many records at the start are too old. They come in the order of their age.
    fn too_old(&self, entries: &[Entry]) -> usize {
        let now = SystemTime::now();
        let age = |entry: &Entry| now.duration_since(entry.created).unwrap_or_default();
        entries.iter().take_while(|entry| is_too_old(&self.source, age(entry))).count()
    }

    /// Tells the destination, however long it takes, and passes the records.
    async fn discard(&self, part: &Part, condition: Condition) {
        let (Some(first), Some(last)) = (part.entries.first(), part.entries.last()) else { return };
        tracing::error!(
            function = self.function.name,
            source = self.source.id,
            first = %first.sequence,
            last = %last.sequence,
            ?condition,
            "records are discarded"
        );
        if let Some(arn) = &self.source.on_failure {
            let message = Discarded {
                condition,
                function_arn: &self.function.arn,
                stream_arn: self.reader.arn(),
                shard_id: &self.reader.shard_id(),
                records: part.entries.len(),
                first,
                last,
                invocations: part.invocations,
                failed: part.failed.as_ref(),
            }
            .message(SystemTime::now());
            let mut failures = 0;
            while let Err(cause) = self.destination.send(arn, message.clone()).await {
                failures += 1;
                tracing::error!(destination = arn, %cause, "discarded records could not be told");
                self.backoff.wait(failures).await;
            }
        }
        self.pass(&part.entries).await;
    }

    async fn pass(&self, entries: &[Entry]) {
        if let Some(last) = entries.last() {
            self.position.pass(last.sequence).await;
        }
    }

    async fn wait(&self, failures: u32) {
        self.position.failed(failures);
        self.backoff.wait(failures).await;
    }
}

impl Part {
    fn new(entries: Vec<Entry>, invocations: u32) -> Self {
        Self { entries, attempts: 0, invocations, failures: 0, failed: None }
    }
}

/// The records before the lowest of `failed` are done. A number that is none of the batch's says nothing at all.
fn first_failed(entries: &[Entry], failed: &[String]) -> usize {
    let place = |id: &String| id.parse().ok().and_then(|id| entries.iter().position(|entry| entry.sequence == id));
    let places: Option<Vec<usize>> = failed.iter().map(place).collect();
    places.and_then(|places| places.into_iter().min()).unwrap_or(0)
}

fn payload(entries: &[Entry]) -> Bytes {
    let records: Vec<&str> = entries.iter().map(|entry| entry.json.as_str()).collect();
    Bytes::from(format!(r#"{{"Records":[{}]}}"#, records.join(",")))
}
