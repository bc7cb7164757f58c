//! Where records go that a source gives up on.

use futures_util::future::BoxFuture;

/// Takes the message that tells of discarded records: the queues of the stack do; tests keep a list.
pub trait Destination: Send + Sync + 'static {
    /// Sends `body` to the queue `arn`. It is called again until it succeeds.
    fn send<'a>(&'a self, arn: &'a str, body: String) -> BoxFuture<'a, Result<(), Undelivered>>;
}

/// The destination did not take the message.
#[derive(Debug, thiserror::Error)]
#[error("not delivered: {0}")]
pub struct Undelivered(pub String);
