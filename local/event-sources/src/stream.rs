//! A DynamoDB stream that feeds a function. AWS Lambda: "Using AWS Lambda with Amazon DynamoDB".
//!
//! One task for each source: read what comes after the position, keep what passes the filters, make a batch,
//! deliver it whatever it takes, move the position, and wait for the table to be written to.

mod batch;
mod delivery;
mod discard;

use std::sync::Arc;
use std::time::Duration;

use local_dynamodb::{Sequence, StreamReader};
use local_lambda::Invoke;
use local_template::{Function, StreamSource};
use tokio::sync::watch;

use self::batch::Batches;
use crate::filter::{FilterError, Filters};
use crate::position::Positions;
use crate::{Backoff, Destination, Services};

/// How far a source has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Every record up to here is done: handled, filtered out or discarded.
    pub passed: Sequence,
    /// Failures in a row of the batch in hand.
    pub failures: u32,
}

/// A source, and all that its task needs.
pub(crate) struct Stream {
    function: Function,
    source: StreamSource,
    filters: Filters,
    reader: StreamReader,
    lambda: Arc<dyn Invoke>,
    destination: Arc<dyn Destination>,
    backoff: Backoff,
    position: Position,
}

/// The position of a source: told to who watches, and kept on disk.
struct Position {
    key: String,
    saved: Positions,
    progress: watch::Sender<Progress>,
}

/// The name a source's position is kept under. The table is part of it: another table's numbers mean something else.
pub(crate) fn key(function: &Function, source: &StreamSource) -> String {
    format!("{}/{}/{}", function.name, source.id, source.table)
}

impl Stream {
    pub(crate) fn new(
        function: &Function,
        source: &StreamSource,
        reader: StreamReader,
        positions: &Positions,
        services: &Services,
    ) -> Result<Self, FilterError> {
        Ok(Self {
            function: function.clone(),
            source: source.clone(),
            filters: Filters::parse(&source.filters)?,
            reader,
            lambda: services.lambda.clone(),
            destination: services.destination.clone(),
            backoff: services.backoff,
            position: Position {
                key: key(function, source),
                saved: positions.clone(),
                progress: watch::Sender::default(),
            },
        })
    }

    /// Finds the position to begin at: the saved one, or else where the source says, which is then saved: what is
    /// written from now on is after it.
    pub(crate) async fn restore(&mut self) -> Result<(), crate::Error> {
        let passed = match self.position.saved.load(&self.position.key).await? {
            Some(passed) => passed,
            None if self.source.from_start => Sequence::START,
            None => {
                let latest = self.reader.latest().await?;
                self.position.saved.save(&self.position.key, latest).await?;
                latest
            }
        };
        self.position.progress.send_replace(Progress { passed, failures: 0 });
        Ok(())
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.position.progress.subscribe()
    }

    /// Feeds the function until dropped, which may be at any time.
    pub(crate) async fn run(self) {
        let mut batches = Batches::new(&self);
        loop {
            let batch = batches.next().await;
            self.deliver(batch.entries).await;
            // Records that the filters took out behind the last one.
            self.position.pass(batch.through).await;
        }
    }
}

impl Position {
    fn passed(&self) -> Sequence {
        self.progress.borrow().passed
    }

    /// Everything up to `passed` is done.
    async fn pass(&self, passed: Sequence) {
        if passed <= self.passed() {
            return;
        }
        if let Err(cause) = self.saved.save(&self.key, passed).await {
            // What is done is done: going on costs at most that it is done again after a restart.
            tracing::error!(source = self.key, %cause, "the position could not be saved");
        }
        self.progress.send_replace(Progress { passed, failures: 0 });
    }

    fn failed(&self, failures: u32) {
        self.progress.send_modify(|progress| progress.failures = failures);
    }
}

/// The most a batch holds: what Lambda takes as the payload of an invocation.
pub(crate) const MAX_PAYLOAD: usize = 6 * 1024 * 1024;

/// Whether a record made `age` ago is too old for its source.
fn is_too_old(source: &StreamSource, age: Duration) -> bool {
    source.maximum_record_age.is_some_and(|most| age > most)
}

#[cfg(test)]
mod tests;
