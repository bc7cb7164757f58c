//! The events of users, each an item of its own that is written in the transaction of the change it reports.
//!
//! An event is not an attribute of the user's item, as elsewhere, because a table has one stream for all its readers: the
//! function that counts users would get every password hash. The users' stream has keys alone, and this table's the events.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use envelope::timestamp;
use events::Event;
use serde::Serialize;
use tables::StoreError;

/// How long an event is kept, in seconds. Its stream has it for a day ("Change data capture for DynamoDB Streams"), and
/// nothing reads the item itself.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

/// The table of users' events, keyed by the user's id and the event's.
#[derive(Debug, Clone)]
pub struct UserEvents {
    table: String,
}

/// An item of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a, T> {
    user_id: &'a str,
    event_id: &'a str,
    event: &'a Event<T>,
    /// When DynamoDB may delete the item: seconds since the epoch.
    expires_at: u64,
}

impl UserEvents {
    /// The table of this name.
    pub fn new(table: impl Into<String>) -> Self {
        Self { table: table.into() }
    }

    /// The table that `USER_EVENTS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(aws::required("USER_EVENTS_TABLE")?))
    }

    /// The action that writes an event about this user, for the transaction of the change it reports.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn put<T: Serialize>(&self, user_id: &str, event: &Event<T>) -> Result<TransactWriteItem, StoreError> {
        let expires_at = timestamp::epoch_seconds() + KEPT_SECONDS;
        let item = serde_dynamo::to_item(Item { user_id, event_id: &event.id, event, expires_at })?;
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
