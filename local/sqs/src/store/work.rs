//! One unit of work: a transaction, the time it happens at, and the queues to wake once it is committed.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};

use crate::Error;
use crate::queue::Queue;

/// Milliseconds since 1970. The wall clock, because timeouts go on while the process is not running.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A transaction under way.
pub(crate) struct Work<'c> {
    transaction: Transaction<'c>,
    wake: Vec<Arc<Queue>>,
    /// The moment all of it happens at.
    pub now: i64,
}

impl<'c> Work<'c> {
    /// Begins a transaction at `now`. It locks the file at once: SQLite can't turn a reader into a writer without the
    /// risk of failing half way.
    pub fn begin(connection: &'c mut Connection, now: i64) -> Result<Self, Error> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Self { transaction, wake: Vec::new(), now })
    }

    /// Begins, does `job` and commits.
    pub fn perform<T>(
        connection: &'c mut Connection,
        job: impl FnOnce(&mut Work<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut work = Self::begin(connection, now_ms())?;
        let outcome = job(&mut work)?;
        work.commit()?;
        Ok(outcome)
    }

    /// Commits, and only then wakes: who is woken finds what was written. It happens on the store's thread, so that a
    /// sender who is gone before it learns of the commit still wakes the receivers.
    pub fn commit(self) -> Result<(), Error> {
        self.transaction.commit()?;
        for queue in self.wake {
            queue.changed.notify_waiters();
        }
        Ok(())
    }

    /// Wakes those who wait for messages of `queue`, once the work is committed.
    pub fn wake(&mut self, queue: &Arc<Queue>) {
        if !self.wake.iter().any(|known| Arc::ptr_eq(known, queue)) {
            self.wake.push(Arc::clone(queue));
        }
    }

    /// A prepared statement, kept for the next time.
    pub fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, Error> {
        Ok(self.transaction.prepare_cached(sql)?)
    }
}
