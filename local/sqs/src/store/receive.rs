//! Taking messages out of sight, and giving up on those that were taken too often.
//!
//! SQS Developer Guide: "Amazon SQS visibility timeout" and "Using dead-letter queues in Amazon SQS".

use std::sync::Arc;
use std::time::Duration;

use rusqlite::params;
use uuid::Uuid;

use super::Work;
use super::inspect::expire;
use super::row::{self, COLUMNS, WIDTH};
use super::settle::Receipt;
use crate::queue::{Queue, Queues};
use crate::{Error, Message, Received};

/// Receives at most `max` messages and hides each for `visibility` (the queue's own if `None`).
///
/// A message that was received as often as the redrive policy allows is not received once more: it moves to the
/// dead-letter queue, with the id and the sent timestamp it has.
pub(crate) fn receive(
    work: &mut Work<'_>,
    queues: &Queues,
    queue: &Arc<Queue>,
    max: usize,
    visibility: Option<Duration>,
) -> Result<Vec<Received>, Error> {
    expire(work, queue)?;
    let Chosen { due, exhausted } = choose(work, queue, max)?;
    if let Some(redrive) = queue.settings.redrive.as_ref().filter(|_| !exhausted.is_empty()) {
        // The queues were checked at start: every dead-letter queue there is can be found.
        let target = queues.find(&redrive.dead_letter_arn)?;
        give_up(work, queue, target, &exhausted)?;
    }
    let visible = work.now + visibility.unwrap_or(queue.settings.visibility_timeout).as_millis() as i64;
    let mut received = Vec::with_capacity(due.len());
    for (seq, message) in due {
        received.push(take(work, queue, seq, message, visible)?);
    }
    // Even if there was nothing to take: then what was due is gone by its age.
    work.touch(queue);
    Ok(received)
}

/// Of the messages that may be received now, those to receive and those passed over, by their `seq`.
#[derive(Default)]
struct Chosen {
    due: Vec<(i64, Message)>,
    exhausted: Vec<i64>,
}

/// Takes messages in the order they became visible, until `max` are to be received.
fn choose(work: &Work<'_>, queue: &Queue, max: usize) -> Result<Chosen, Error> {
    let limit = queue.settings.redrive.as_ref().map(|redrive| redrive.max_receive_count);
    let mut select = work.statement(&format!(
        "SELECT {COLUMNS}, seq, receive_count - arrived_with FROM messages
         WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, seq"
    ))?;
    let mut rows = select.query(params![queue.name(), work.now])?;
    let mut chosen = Chosen::default();
    while chosen.due.len() < max
        && let Some(row) = rows.next()?
    {
        let (seq, receives): (i64, u32) = (row.get(WIDTH)?, row.get(WIDTH + 1)?);
        if limit.is_some_and(|limit| receives >= limit) {
            chosen.exhausted.push(seq);
        } else {
            chosen.due.push((seq, row::message(row)?));
        }
    }
    Ok(chosen)
}

fn give_up(work: &mut Work<'_>, queue: &Queue, target: &Arc<Queue>, exhausted: &[i64]) -> Result<(), Error> {
    let mut update = work.statement(
        "UPDATE messages SET queue = ?2, dead_letter_source = ?3, visible = ?4, receipt = NULL, received = NULL,
             arrived_with = receive_count
         WHERE seq = ?1",
    )?;
    for seq in exhausted {
        update.execute(params![seq, target.name(), queue.arn(), work.now])?;
    }
    drop(update);
    work.touch(target);
    Ok(())
}

fn take(work: &Work<'_>, queue: &Queue, seq: i64, mut message: Message, visible: i64) -> Result<Received, Error> {
    let receipt = Receipt { seq, receive: Uuid::now_v7() };
    work.statement(
        "UPDATE messages SET visible = ?2, receipt = ?3, received = ?4, receive_count = receive_count + 1,
             first_received = COALESCE(first_received, ?4)
         WHERE seq = ?1",
    )?
    .execute(params![seq, visible, receipt.receive.as_bytes(), work.now])?;
    message.receive_count += 1;
    message.first_received.get_or_insert(work.now);
    Ok(Received { receipt_handle: receipt.handle(queue), message })
}
