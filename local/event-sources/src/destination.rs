//! Where a stream's source reports records that it gave up on.

use futures_util::future::BoxFuture;

/// Takes messages about discarded records: in a stack a queue, in tests a list.
pub trait Destination: Send + Sync + 'static {
    /// Sends `body` to the queue `arn`. It is called again until it succeeds.
    fn send<'a>(&'a self, arn: &'a str, body: String) -> BoxFuture<'a, Result<(), Undelivered>>;
}

/// The destination did not take the message.
#[derive(Debug, thiserror::Error)]
#[error("not delivered: {0}")]
pub struct Undelivered(pub String);
