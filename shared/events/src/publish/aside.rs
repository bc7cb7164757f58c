//! Setting records aside, for a function that reads a table's stream beside its publisher.

use serde_json::value::RawValue;

use super::outbox::{Letter, Outbox, SqsOutbox, deliver};

/// The queue for records that can't be read: one bad record must not stop all that come after it.
pub struct Aside {
    queue: String,
    outbox: SqsOutbox,
}

/// Records could not be put on the queue, after every try.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("records that can't be read could not be set aside")]
pub struct NotSetAside;

impl Aside {
    /// The queue that `UNREADABLE_QUEUE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self { queue: aws::required("UNREADABLE_QUEUE")?, outbox: SqsOutbox::new()? })
    }

    /// Puts the records on the queue as they came, so of a table without secrets only. Twice, if it is called again.
    ///
    /// # Errors
    /// [`NotSetAside`]
    pub async fn put(&self, records: &[&RawValue]) -> Result<(), NotSetAside> {
        put(&self.outbox, &self.queue, records).await
    }
}

pub(super) async fn put(outbox: &impl Outbox, queue: &str, records: &[&RawValue]) -> Result<(), NotSetAside> {
    let letter = |(place, record): (usize, &&RawValue)| Letter::unreadable(place, queue, record.get());
    let letters: Vec<Letter> = records.iter().enumerate().map(letter).collect();
    match deliver(outbox, queue, &letters).await {
        None => Ok(()),
        Some(_) => Err(NotSetAside),
    }
}
