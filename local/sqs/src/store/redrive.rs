//! Moving messages out of a dead-letter queue. SQS Developer Guide: "Learn how to configure a dead-letter queue redrive".

use std::sync::Arc;

use rusqlite::params;
use uuid::Uuid;

use super::Work;
use super::inspect::expire;
use crate::queue::{Queue, Queues};
use crate::{Error, RedriveFailure, Redriven};

/// A redrive that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    /// Rises with every task.
    pub seq: i64,
    pub destination: Option<String>,
    pub started: i64,
    pub found: u64,
    pub moved: u64,
    pub failure: Option<String>,
}

/// Moves every receivable message of `source` to `destination`, or back to the queue that gave it up, and notes it
/// as a task, whose number it gives too.
///
/// "All redriven messages are considered new messages with a new messageID and enqueueTime", so they have their full
/// retention and receive count before them. All move in one transaction: there is no task to find half done.
pub(crate) fn redrive(
    work: &mut Work<'_>,
    queues: &Queues,
    source: &Arc<Queue>,
    destination: Option<&Arc<Queue>>,
) -> Result<(i64, Redriven), Error> {
    let mut outcome = Redriven::default();
    for (seq, came_from) in receivable(work, source)? {
        outcome.found += 1;
        let target = match (destination, came_from) {
            (Some(destination), _) => destination,
            (None, Some(arn)) => match queues.by_arn(&arn) {
                Some(queue) => queue,
                None => {
                    outcome.failure = Some(RedriveFailure::SourceGone);
                    continue;
                }
            },
            (None, None) => {
                outcome.failure = Some(RedriveFailure::NoSource);
                continue;
            }
        };
        work.statement(
            "UPDATE messages SET queue = ?2, id = ?3, sent = ?4, visible = ?4, dead_letter_source = NULL, receipt = NULL,
                 received = NULL, first_received = NULL, receive_count = 0, arrived_with = 0
             WHERE seq = ?1",
        )?
        .execute(params![seq, target.name(), Uuid::now_v7().to_string(), work.now])?;
        work.touch(target);
        outcome.moved += 1;
    }
    work.touch(source);
    let number = work
        .statement(
            "INSERT INTO move_tasks (source, destination, started, found, moved, failure)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![
            source.name(),
            destination.map(|queue| queue.arn()),
            work.now,
            outcome.found,
            outcome.moved,
            outcome.failure.map(RedriveFailure::code),
        ])?;
    Ok((number, outcome))
}

/// The messages of a dead-letter queue that nobody holds, and where each came from.
fn receivable(work: &Work<'_>, source: &Queue) -> Result<Vec<(i64, Option<String>)>, Error> {
    expire(work, source)?;
    let mut select = work.statement(
        "SELECT seq, dead_letter_source FROM messages WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, seq",
    )?;
    let rows = select.query_map(params![source.name(), work.now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The latest `max` tasks of a queue, newest first.
pub(crate) fn tasks(work: &mut Work<'_>, source: &Queue, max: u32) -> Result<Vec<Task>, Error> {
    let mut select = work.statement(
        "SELECT seq, destination, started, found, moved, failure FROM move_tasks
         WHERE source = ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let rows = select.query_map(params![source.name(), max], |row| {
        Ok(Task {
            seq: row.get(0)?,
            destination: row.get(1)?,
            started: row.get(2)?,
            found: row.get(3)?,
            moved: row.get(4)?,
            failure: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
