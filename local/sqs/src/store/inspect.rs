//! Looking at a queue without receiving from it, and forgetting what is too old.

use std::sync::Arc;

use rusqlite::params;

use super::Work;
use super::row::{self, COLUMNS};
use crate::queue::Queue;
use crate::{Depth, Error, Message};

/// Deletes what is older than the queue's retention period, in flight or not: it counts from when a message was first
/// sent, in a dead-letter queue too. Every look at a queue begins with it.
pub(super) fn expire(work: &Work<'_>, queue: &Queue) -> Result<(), Error> {
    let oldest = work.now - queue.settings.retention.as_millis() as i64;
    work.statement("DELETE FROM messages WHERE queue = ?1 AND sent <= ?2")?.execute(params![queue.name(), oldest])?;
    Ok(())
}

/// How many messages there are.
pub(crate) fn depth(work: &mut Work<'_>, queue: &Queue) -> Result<Depth, Error> {
    expire(work, queue)?;
    let mut select = work.statement(
        "SELECT COUNT(*) FILTER (WHERE visible <= ?2),
                COUNT(*) FILTER (WHERE visible > ?2 AND receipt IS NOT NULL),
                COUNT(*) FILTER (WHERE visible > ?2 AND receipt IS NULL)
         FROM messages WHERE queue = ?1",
    )?;
    Ok(select.query_row(params![queue.name(), work.now], |row| {
        Ok(Depth { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
    })?)
}

/// The oldest `max` messages, whatever their state; nothing about them changes.
pub(crate) fn peek(work: &mut Work<'_>, queue: &Queue, max: usize) -> Result<Vec<Message>, Error> {
    expire(work, queue)?;
    let mut select =
        work.statement(&format!("SELECT {COLUMNS} FROM messages WHERE queue = ?1 ORDER BY sent, seq LIMIT ?2"))?;
    let rows = select.query_map(params![queue.name(), i64::try_from(max).unwrap_or(i64::MAX)], row::message)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes every message of the queue.
pub(crate) fn purge(work: &mut Work<'_>, queue: &Arc<Queue>) -> Result<(), Error> {
    work.statement("DELETE FROM messages WHERE queue = ?1")?.execute([queue.name()])?;
    work.touch(queue);
    Ok(())
}
