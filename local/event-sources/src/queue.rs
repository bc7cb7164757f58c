//! A queue that feeds a function. AWS Lambda: "Using Lambda with Amazon SQS".
//!
//! One task for each source: wait for messages, gather a batch, hand it to a delivery of its own, of which there are at
//! most so many at once. What a delivery gets done is deleted; what fails stays in flight and comes again when the
//! queue's visibility timeout ends, as on AWS, until the queue's redrive policy takes it away.

mod delivery;
mod record;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use local_lambda::Invoke;
use local_sqs::{Received, Sqs};
use local_template::{Function, QueueSource};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use self::delivery::Delivery;
use crate::activity::{Activity, Running};
use crate::filter::{FilterError, Filters};
use crate::{Backoff, Services};

/// Deliveries at once where the source does not say: what Lambda begins with.
const CONCURRENCY: u32 = 5;

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
    backoff: Backoff,
    activity: Activity,
    failed: Mutex<Vec<Failed>>,
    /// Failures in a row.
    failures: watch::Sender<u32>,
}

/// A message that failed and waits for its visibility timeout to end.
struct Failed {
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

    /// Messages that are not done with, whatever their state.
    pub(crate) async fn messages(&self) -> Result<u64, local_sqs::Error> {
        let depth = self.shared.sqs.depth(&self.shared.source.queue).await?;
        Ok(depth.visible + depth.in_flight + depth.delayed)
    }

    /// Gives messages that failed back to the queue at once, instead of when their visibility timeout ends.
    pub(crate) async fn give_back(&self) {
        let failed = std::mem::take(&mut *self.shared.failed());
        for Failed { receipt_handle, .. } in failed {
            // One whose timeout is over meanwhile is with another receiver, or gone.
            let _ = self.shared.sqs.change_visibility(&self.shared.source.queue, &receipt_handle, Duration::ZERO).await;
        }
    }

    /// Feeds the function until dropped, which may be at any time.
    pub(crate) async fn run(self) {
        let shared = &self.shared;
        let most = shared.source.maximum_concurrency.unwrap_or(CONCURRENCY) as usize;
        let free = Arc::new(Semaphore::new(most));
        let mut deliveries = JoinSet::new();
        loop {
            // It is never closed.
            let Ok(permit) = free.clone().acquire_owned().await else { return };
            // A message that is received too often is given up, so none is before a function can be called.
            shared.lambda.ready().await;
            let (messages, running) = shared.gather().await;
            let delivery = Delivery { queue: self.clone(), received_at: Instant::now() };
            deliveries.spawn(async move {
                delivery.deliver(messages).await;
                drop((running, permit));
            });
            while deliveries.try_join_next().is_some() {}
        }
    }
}

impl Shared {
    /// A batch, when there is one: once it is full, or once the batching window is over.
    async fn gather(&self) -> (Vec<Received>, Running) {
        let mut failures = 0;
        loop {
            match self.receive().await {
                // What can't be received because it has been too often makes for an empty answer.
                Ok((messages, _)) if messages.is_empty() => failures = 0,
                Ok((mut messages, running)) => {
                    self.fill(&mut messages).await;
                    return (messages, running);
                }
                Err(cause) => {
                    failures += 1;
                    tracing::error!(function = self.function.name, source = self.source.id, %cause, "a queue can't be read");
                    self.backoff.wait(failures).await;
                }
            }
        }
    }

    async fn receive(&self) -> Result<(Vec<Received>, Running), local_sqs::Error> {
        self.sqs.wait_for_messages(&self.source.queue).await?;
        let running = self.activity.begin();
        Ok((self.sqs.receive(&self.source.queue, self.source.batch_size, None).await?, running))
    }

    async fn fill(&self, messages: &mut Vec<Received>) {
        let window_ends = Instant::now() + self.source.batch_window;
        while messages.len() < self.source.batch_size {
            // Only the wait may be cut short: what a receive has taken is in flight.
            let Ok(Ok(())) = timeout_at(window_ends, self.sqs.wait_for_messages(&self.source.queue)).await else {
                return;
            };
            if Instant::now() >= window_ends {
                return;
            }
            let most = self.source.batch_size - messages.len();
            let Ok(more) = self.sqs.receive(&self.source.queue, most, None).await else { return };
            messages.extend(more);
        }
    }

    /// Leaves messages received at some time in flight until their visibility timeout ends.
    fn leave(&self, handles: impl Iterator<Item = String>, received_at: Instant) {
        let visible_at = received_at + self.visibility;
        let mut failed = self.failed();
        failed.retain(|one| one.visible_at > Instant::now());
        failed.extend(handles.map(|receipt_handle| Failed { receipt_handle, visible_at }));
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Vec<Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
