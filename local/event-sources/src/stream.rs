//! A DynamoDB stream that feeds a function. AWS Lambda: "Using AWS Lambda with Amazon DynamoDB".
//!
//! One task for each source: read the records after the position, keep those that pass the filters, make a batch,
//! deliver it, retrying until it is done or discarded, move the position, and wait for the table to be written to.

mod batch;
mod delivery;
mod discard;
mod invoke;
mod run;

use std::sync::Arc;

use local_dynamodb::{Sequence, StreamReader};
use local_lambda::Invoke;
use local_stories::Recorder;
use local_template::{Function, StreamSource};
use tokio::sync::watch;

use crate::filter::{FilterError, Filters};
use crate::position::{Position, Positions, Progress, key};
use crate::{Backoff, Destination, Services};

/// A source, and all that its task needs.
pub(crate) struct Stream {
    function: Function,
    source: StreamSource,
    filters: Filters,
    reader: StreamReader,
    lambda: Arc<dyn Invoke>,
    destination: Arc<dyn Destination>,
    stories: Recorder,
    backoff: Backoff,
    position: Position,
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
            stories: services.stories.clone(),
            backoff: services.backoff,
            position: Position::new(key(function, source), positions),
        })
    }

    /// Finds the position to begin at: the saved one, or else where the source says. The end of the stream is saved at
    /// once, so that what is written from now on comes after it.
    pub(crate) async fn restore(&mut self) -> Result<(), crate::Error> {
        let passed = match self.position.load().await? {
            Some(passed) => passed,
            None if self.source.from_start => Sequence::START,
            None => {
                let latest = self.reader.latest().await?;
                self.position.save(latest).await?;
                latest
            }
        };
        self.position.begin_at(passed);
        Ok(())
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.position.watch()
    }
}

#[cfg(test)]
mod tests;
