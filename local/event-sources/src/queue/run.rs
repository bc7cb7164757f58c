//! The task of one source: it receives messages, gathers batches and starts their deliveries.

use std::sync::Arc;

use local_sqs::Received;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::delivery::Delivery;
use super::{Queue, Shared};
use crate::activity::Running;

/// Deliveries at once where the source does not say: what Lambda begins with.
const CONCURRENCY: u32 = 5;

impl Queue {
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
}
