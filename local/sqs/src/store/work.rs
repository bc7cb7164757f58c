//! One unit of work: a transaction, the time it happens at, and the queues whose messages it changes.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};

use crate::Error;
use crate::queue::{NEVER, Queue, UNKNOWN};

/// Milliseconds since 1970. The wall clock, because timeouts go on while the process is not running.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A transaction under way.
pub(crate) struct Work<'c> {
    transaction: Transaction<'c>,
    touched: Vec<Arc<Queue>>,
    /// The moment all of it happens at.
    pub now: i64,
}

impl<'c> Work<'c> {
    /// Begins a transaction at `now`. It locks the file at once: SQLite can't turn a reader into a writer without the
    /// risk of failing half way.
    pub fn begin(connection: &'c mut Connection, now: i64) -> Result<Self, Error> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Self { transaction, touched: Vec::new(), now })
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

    /// Commits, and only then tells when the queues' next messages are due: who is woken by it finds what was written. It
    /// happens on the store's thread, so that a sender who is gone before it learns of the commit still wakes the receivers.
    pub fn commit(self) -> Result<(), Error> {
        let due = self.touched.iter().map(|queue| self.next_due(queue)).collect::<Result<Vec<_>, _>>()?;
        let committed = self.transaction.commit();
        for (queue, due) in self.touched.iter().zip(due) {
            queue.set_due(if committed.is_ok() { due } else { UNKNOWN });
        }
        Ok(committed?)
    }

    /// Notes that messages came into `queue`, left it or changed when they are visible.
    pub fn touch(&mut self, queue: &Arc<Queue>) {
        if !self.touched.iter().any(|known| Arc::ptr_eq(known, queue)) {
            self.touched.push(Arc::clone(queue));
        }
    }

    /// When the next message is receivable: now or in the past if one already is.
    pub fn next_due(&self, queue: &Queue) -> Result<i64, Error> {
        let mut select = self.statement("SELECT MIN(visible) FROM messages WHERE queue = ?1")?;
        let due: Option<i64> = select.query_row([queue.name()], |row| row.get(0))?;
        Ok(due.unwrap_or(NEVER))
    }

    /// A prepared statement, kept for the next time.
    pub fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, Error> {
        Ok(self.transaction.prepare_cached(sql)?)
    }
}
