//! Putting messages into a queue.

use std::sync::Arc;

use local_template::ACCOUNT;
use rusqlite::params;
use uuid::Uuid;

use super::Work;
use crate::queue::Queue;
use crate::{Error, NewMessage};

/// Sends one message and gives its id. It must have passed the limits.
pub(crate) fn send(work: &mut Work<'_>, queue: &Arc<Queue>, message: &NewMessage) -> Result<String, Error> {
    let id = Uuid::now_v7().to_string();
    let delay = message.delay.unwrap_or(queue.settings.delay);
    work.statement(
        "INSERT INTO messages (queue, id, body, attributes, sender, trace_header, group_id, sent, visible)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        queue.name(),
        id,
        message.body,
        serde_json::json!(message.attributes).to_string(),
        message.sender.as_deref().unwrap_or(ACCOUNT),
        message.trace_header,
        message.group_id,
        work.now,
        work.now + delay.as_millis() as i64,
    ])?;
    // Before a receiver is woken.
    message.span.narrowed([message.body.as_str(), message.trace_header.as_deref().unwrap_or_default()]).sent(&id);
    work.touch(queue);
    Ok(id)
}
