//! What a receiver does with a message it holds: delete it, or change how long it stays hidden.

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::Work;
use crate::Error;
use crate::limits::{self, MAX_VISIBILITY};
use crate::queue::Queue;

/// What a receipt handle says: which message of a queue, and which receive of it.
///
/// Only the latest receive of a message counts. API reference, DeleteMessage: with an older handle "the request
/// succeeds, but the message will not be deleted".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub seq: i64,
    pub receive: Uuid,
}

impl Receipt {
    /// As clients get it: opaque, and bound to the queue.
    pub fn handle(&self, queue: &Queue) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}/{}/{}", queue.name(), self.seq, self.receive.simple()))
    }

    /// Reads a handle that this queue gave out.
    pub fn read(queue: &Queue, handle: &str) -> Result<Self, Error> {
        let parse = || {
            let decoded = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
            let mut parts = decoded.splitn(3, '/');
            let (name, seq, receive) = (parts.next()?, parts.next()?, parts.next()?);
            (name == queue.name()).then_some(Self { seq: seq.parse().ok()?, receive: Uuid::try_parse(receive).ok()? })
        };
        parse().ok_or_else(|| Error::ReceiptHandleIsInvalid(handle.into()))
    }
}

/// Deletes the message. Deleting it again, or with the handle of an earlier receive, changes nothing.
pub(crate) fn delete(work: &mut Work<'_>, queue: &Arc<Queue>, receipt: Receipt) -> Result<(), Error> {
    work.statement("DELETE FROM messages WHERE seq = ?1 AND queue = ?2 AND receipt = ?3")?.execute(params![
        receipt.seq,
        queue.name(),
        receipt.receive.as_bytes()
    ])?;
    work.touch(queue);
    Ok(())
}

/// Makes a message that is in flight visible again `timeout` from now.
pub(crate) fn change_visibility(
    work: &mut Work<'_>,
    queue: &Arc<Queue>,
    receipt: Receipt,
    timeout: Duration,
) -> Result<(), Error> {
    limits::check_visibility(timeout)?;
    let held: Option<(i64, i64)> = work
        .statement("SELECT received, visible FROM messages WHERE seq = ?1 AND queue = ?2 AND receipt = ?3")?
        .query_row(params![receipt.seq, queue.name(), receipt.receive.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((received, visible)) = held else {
        return Err(Error::invalid(
            receipt.handle(queue),
            "ReceiptHandle",
            "Message does not exist or is not available for visibility timeout change.",
        ));
    };
    if visible <= work.now {
        return Err(Error::MessageNotInflight);
    }
    let until = work.now + timeout.as_millis() as i64;
    if until > received + MAX_VISIBILITY.as_millis() as i64 {
        return Err(Error::invalid(
            timeout.as_secs(),
            "VisibilityTimeout",
            "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
        ));
    }
    work.statement("UPDATE messages SET visible = ?2 WHERE seq = ?1")?.execute(params![receipt.seq, until])?;
    work.touch(queue);
    Ok(())
}
