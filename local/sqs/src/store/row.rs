//! A row of the messages table, read back as the message it is.

use rusqlite::{Row, types::Type};

use crate::Message;

/// The columns [`message`] reads, in its order.
pub(super) const COLUMNS: &str = "id, body, attributes, sender, trace_header, group_id, dead_letter_source, sent, \
                                  first_received, receive_count";

/// How many there are: further columns of a query come after them.
pub(super) const WIDTH: usize = 10;

pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let attributes: String = row.get(2)?;
    Ok(Message {
        id: row.get(0)?,
        body: row.get(1)?,
        attributes: serde_json::from_str(&attributes)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, Type::Text, error.into()))?,
        sender: row.get(3)?,
        trace_header: row.get(4)?,
        group_id: row.get(5)?,
        dead_letter_source: row.get(6)?,
        sent: row.get(7)?,
        first_received: row.get(8)?,
        receive_count: row.get(9)?,
    })
}
