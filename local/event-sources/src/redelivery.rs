//! When messages that failed are delivered again.

/// When a queue's failed messages come again while [`EventSources::drained`](crate::EventSources::drained) waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// When their visibility timeout ends, as always.
    AfterVisibilityTimeout,
    /// At once, so that they reach their dead-letter queues sooner.
    AtOnce,
}
