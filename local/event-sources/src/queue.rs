//! A queue that feeds a function. AWS Lambda: "Using Lambda with Amazon SQS".
//!
//! One task for each source: wait for messages, gather a batch, start its delivery. Several deliveries run at once, up
//! to the source's maximum concurrency. Messages that a delivery gets done are deleted. Those that fail stay in flight
//! and come again when the queue's visibility timeout ends, as on AWS, until the queue's redrive policy moves them.

mod delivery;
mod record;
mod run;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use local_lambda::Invoke;
use local_sqs::Sqs;
use local_stories::Recorder;
use local_template::{Function, QueueSource};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::activity::Activity;
use crate::filter::{FilterError, Filters};
use crate::{Backoff, Services};

/// A source, and all that its task needs. A clone is the same source.
#[derive(Clone)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
}

struct Shared {
    function: Function,
    source: QueueSource,
    region: String,
    visibility: Duration,
    filters: Filters,
    sqs: Sqs,
    lambda: Arc<dyn Invoke>,
    stories: Recorder,
    backoff: Backoff,
    activity: Activity,
    failed: Mutex<Vec<FailedMessage>>,
    /// Failures in a row.
    failures: watch::Sender<u32>,
}

/// A message that failed and waits for its visibility timeout to end.
struct FailedMessage {
    receipt_handle: String,
    visible_at: Instant,
}

impl Queue {
    pub(crate) fn new(
        function: &Function,
        source: &QueueSource,
        region: &str,
        visibility: Duration,
        services: &Services,
    ) -> Result<Self, FilterError> {
        let shared = Shared {
            function: function.clone(),
            source: source.clone(),
            region: region.to_owned(),
            visibility,
            filters: Filters::parse(&source.filters)?,
            sqs: services.sqs.clone(),
            lambda: services.lambda.clone(),
            stories: services.stories.clone(),
            backoff: services.backoff,
            activity: Activity::default(),
            failed: Mutex::default(),
            failures: watch::Sender::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub(crate) fn function(&self) -> &str {
        &self.shared.function.name
    }

    pub(crate) fn source(&self) -> &str {
        &self.shared.source.id
    }

    pub(crate) fn queue(&self) -> &str {
        &self.shared.source.queue
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.shared.activity
    }

    pub(crate) fn failures(&self) -> u32 {
        *self.shared.failures.borrow()
    }

    /// How many messages the queue has: visible, in flight and delayed.
    pub(crate) async fn messages(&self) -> Result<u64, local_sqs::Error> {
        let depth = self.shared.sqs.depth(&self.shared.source.queue).await?;
        Ok(depth.visible + depth.in_flight + depth.delayed)
    }

    /// Gives messages that failed back to the queue at once, instead of when their visibility timeout ends.
    pub(crate) async fn give_back(&self) {
        let failed = std::mem::take(&mut *self.shared.failed());
        for FailedMessage { receipt_handle, .. } in failed {
            // One whose timeout is over meanwhile is with another receiver, or gone.
            let _ = self.shared.sqs.change_visibility(&self.shared.source.queue, &receipt_handle, Duration::ZERO).await;
        }
    }
}

impl Shared {
    /// Leaves messages that were received at `received_at` in flight until their visibility timeout ends.
    fn leave(&self, handles: impl Iterator<Item = String>, received_at: Instant) {
        let visible_at = received_at + self.visibility;
        let mut failed = self.failed();
        failed.retain(|one| one.visible_at > Instant::now());
        failed.extend(handles.map(|receipt_handle| FailedMessage { receipt_handle, visible_at }));
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Vec<FailedMessage>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
