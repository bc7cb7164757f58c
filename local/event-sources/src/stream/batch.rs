//! Making batches: as many records as the source wants, as soon as it wants them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use local_dynamodb::{Record, Sequence};
use local_stories::{Kind, Open};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::Stream;
use crate::payload::Size;

/// A record on its way to the function.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub sequence: Sequence,
    pub created: SystemTime,
    /// Its element of `Records`.
    pub json: String,
    /// Its delivery, in the stories of the write.
    pub told: Arc<Open>,
}

/// Records to deliver together.
#[derive(Debug)]
pub(super) struct Batch {
    pub entries: Vec<Entry>,
    /// The position once they are delivered.
    pub through: Sequence,
}

/// Records read at a time.
const READ: usize = 200;

/// Makes the batches of one source.
pub(super) struct Batches<'a> {
    stream: &'a Stream,
    writes: watch::Receiver<u64>,
    /// Records that were read and are in no batch yet.
    ahead: VecDeque<Record>,
    /// The last record read.
    read: Sequence,
    /// Whether the last read may have left some behind.
    more: bool,
}

impl<'a> Batches<'a> {
    pub(super) fn new(stream: &'a Stream) -> Self {
        Self {
            stream,
            writes: stream.reader.writes(),
            ahead: VecDeque::new(),
            read: stream.position.passed(),
            more: true,
        }
    }

    /// The next batch, when there is one: once it is full, or once the batching window is over.
    pub(super) async fn next(&mut self) -> Batch {
        let mut batch = Batch { entries: Vec::new(), through: self.stream.position.passed() };
        let mut size = Size::EMPTY;
        let mut window_ends = None;
        loop {
            if self.ahead.is_empty() {
                self.read_ahead().await;
            }
            while let Some(record) = self.ahead.pop_front() {
                let sequence = record.sequence;
                if self.stream.filters.pass_text(&record.event) {
                    let grown = size.with(&record.event);
                    if !batch.entries.is_empty() && !grown.fits() {
                        self.ahead.push_front(record);
                        return batch;
                    }
                    size = grown;
                    let told = self.stream.told(&record);
                    batch.entries.push(Entry { sequence, created: record.created, json: record.event, told });
                }
                batch.through = sequence;
                if batch.entries.len() >= self.stream.source.batch_size {
                    return batch;
                }
            }
            if self.more {
                continue;
            }
            if batch.entries.is_empty() {
                self.stream.position.pass(batch.through).await;
                self.written().await;
            } else {
                let ends = *window_ends.get_or_insert_with(|| Instant::now() + self.stream.source.batch_window);
                if Instant::now() >= ends || timeout_at(ends, self.written()).await.is_err() {
                    return batch;
                }
            }
        }
    }

    /// Waits until the table was written to since the last read.
    async fn written(&mut self) {
        // The sender lives as long as the reader does.
        let _ = self.writes.changed().await;
    }

    async fn read_ahead(&mut self) {
        let mut failures = 0;
        loop {
            self.writes.mark_unchanged();
            match self.stream.reader.read_after(self.read, READ).await {
                Ok(records) => {
                    self.read = records.last().map_or(self.read, |record| record.sequence);
                    self.more = records.len() == READ;
                    self.ahead = records.into();
                    return;
                }
                Err(cause) => {
                    failures += 1;
                    tracing::error!(source = self.stream.position.key(), %cause, "the stream could not be read");
                    self.stream.backoff.wait(failures).await;
                }
            }
        }
    }
}

impl Stream {
    /// Opens the delivery of a record in the stories of its write.
    fn told(&self, record: &Record) -> Arc<Open> {
        let write = self.stories.record(self.reader.table(), record.sequence.number());
        let told = write.child(Kind::Stream, self.reader.table());
        let span = told.span();
        if span.is_recorded() {
            span.note("table", self.reader.table());
            span.note("event", record.name.as_str());
            span.note("key", serde_json::from_str::<Value>(&record.keys).unwrap_or_default());
            span.note("sequenceNumber", record.sequence.to_string());
            span.note("reader", self.function.name.as_str());
        }
        Arc::new(told)
    }
}
