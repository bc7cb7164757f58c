//! Delivering a batch until each of its records is done or discarded.
//!
//! - The function failed: the same records again, after a wait; in halves, if the source bisects. Halving uses up no
//!   attempt, so only a record that fails alone can run out of attempts.
//! - It reported which record failed first: those before it are done, the rest is a new batch.
//! - It could not be invoked (throttled, the stack shutting down): again, without using up an attempt.
//! - No attempts left, or too old: a message to the source's destination, and on to the next records.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use local_stories::Outcome as Ended;
use local_template::StreamSource;

use super::Stream;
use super::batch::Entry;
use super::discard::{Condition, Discarded};
use super::invoke::{FailedInvocation, Outcome};

/// Records that are tried together.
struct Part {
    entries: Vec<Entry>,
    /// Failed tries that count against `MaximumRetryAttempts`.
    attempts: u32,
    /// How often the function was invoked with these records.
    invocations: u32,
    /// Failures in a row, which the next wait grows with.
    failures: u32,
    /// The last invocation that failed.
    failed: Option<FailedInvocation>,
}

impl Stream {
    /// Returns when every record is done or discarded. The position moves along with each part.
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
    async fn after_failure(&self, mut part: Part, done: usize, failed: FailedInvocation) -> Vec<Part> {
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

    /// How many records at the start are too old. The oldest come first.
    fn too_old(&self, entries: &[Entry]) -> usize {
        let now = SystemTime::now();
        let age = |entry: &Entry| now.duration_since(entry.created).unwrap_or_default();
        entries.iter().take_while(|entry| is_too_old(&self.source, age(entry))).count()
    }

    /// Sends the message about discarded records, retrying until the destination takes it, and moves past them.
    async fn discard(&self, part: &Part, condition: Condition) {
        let (Some(first), Some(last)) = (part.entries.first(), part.entries.last()) else { return };
        for Entry { told, .. } in &part.entries {
            told.span().note("discarded", condition.name());
            told.fail();
        }
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
        entries.iter().for_each(|entry| entry.told.end(Ended::Ok));
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

/// Whether a record made `age` ago is too old for its source.
fn is_too_old(source: &StreamSource, age: Duration) -> bool {
    source.maximum_record_age.is_some_and(|most| age > most)
}
