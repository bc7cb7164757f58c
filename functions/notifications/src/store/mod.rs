//! DynamoDB: the notifications' table.
//!
//! Its key is the user's id and the notification's, which sorts by time: a user's own are one query, and another's
//! can't be named. A second sort key, `pile`, puts the unread before the read in a local index, so that a page of
//! either costs what it shows; local indexes are read consistently, and what was just read is unread no more.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use envelope::InitError;
use serde::Serialize;
use tables::{Cursor, StoreError};

use crate::domain::notification::Notification;
use crate::domain::notification_id::NotificationId;

const INDEX: &str = "byPile";

/// Where a page ended: the id of its last notification.
pub type Position = Cursor<1>;

/// Which notifications a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those the user has marked.
    Read,
    /// The others.
    Unread,
}

impl Which {
    /// Names the list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "notifications",
            Self::Read => "read notifications",
            Self::Unread => "unread notifications",
        }
    }

    /// What the index keys of those begin with that are kept apart.
    fn pile(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Read => Some(READ),
            Self::Unread => Some(UNREAD),
        }
    }
}

const READ: &str = "read#";
const UNREAD: &str = "unread#";

/// The notifications' table.
#[derive(Debug, Clone)]
pub struct Notifications {
    client: Client,
    table: String,
}

/// An item of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    user_id: &'a str,
    #[serde(flatten)]
    notification: &'a Notification,
    pile: String,
}

impl Notifications {
    /// This table of this client's.
    pub fn at(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table that `NOTIFICATIONS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn new() -> Result<Self, aws::ConfigError> {
        Ok(Self::at(tables::client()?, aws::required("NOTIFICATIONS_TABLE")?))
    }

    /// As [`Notifications::new`], with a first read that opens the connection while start-up has the CPU to itself.
    /// A database that does not answer yet fails the calls that need it, not the start.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let notifications = Self::new()?;
        aws::warm_up("database", notifications.ping()).await;
        Ok(notifications)
    }

    /// As [`Notifications::connect`], for a function that may do nothing but list: its first read is one.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect_to_list() -> Result<Self, InitError> {
        let notifications = Self::new()?;
        aws::warm_up("database", notifications.ping_list()).await;
        Ok(notifications)
    }

    /// Reads a list that has nothing in it.
    async fn ping_list(&self) -> Result<(), StoreError> {
        self.newest("ping", Which::All, None, 1).await?;
        Ok(())
    }

    /// Reads an item that is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).set_key(Some(key("ping", "ping"))).send().await?;
        Ok(())
    }

    /// Adds a user's notification. One of this id that is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert(&self, user_id: &str, notification: &Notification) -> Result<(), StoreError> {
        let pile = pile(if notification.read { READ } else { UNREAD }, notification.id.as_str());
        let item = serde_dynamo::to_item(Item { user_id, notification, pile }).map_err(StoreError::item)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(id)");
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// A user's newest notifications after a position, at most so many, and the position to go on from if there may
    /// be more. (They are small: the hundred of the longest page is far from the 1 MB that one call reads.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(
        &self,
        user_id: &str,
        which: Which,
        after: Option<Position>,
        limit: u32,
    ) -> Result<(Vec<Notification>, Option<Position>), StoreError> {
        // One row more than the page tells whether another page follows.
        let one_more = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let start = after.map(|position| {
            let [id] = position.into_keys();
            let pile = which.pile().map(|first| ("pile".to_owned(), text(&pile(first, &id))));
            key(user_id, &id).into_iter().chain(pile).collect()
        });
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(one_more)
            .expression_attribute_values(":user", text(user_id));
        let query = match which.pile() {
            None => query.key_condition_expression("userId = :user"),
            Some(first) => query
                .index_name(INDEX)
                .key_condition_expression("userId = :user AND begins_with(pile, :pile)")
                .expression_attribute_values(":pile", text(first)),
        };
        let output = query.set_exclusive_start_key(start).send().await?;
        let mut rows: Vec<Notification> =
            serde_dynamo::from_items(output.items.unwrap_or_default()).map_err(StoreError::item)?;
        let more = rows.len() > limit as usize || output.last_evaluated_key.is_some();
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|last| Cursor::new([last.id.as_str()]));
        Ok((rows, next))
    }

    /// Marks a user's notification as read, as often as it is asked; `None` if the user has none of this id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_read(&self, user_id: &str, id: &NotificationId) -> Result<Option<Notification>, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(user_id, id.as_str())))
            .condition_expression("attribute_exists(id)")
            .update_expression("SET #read = :true, pile = :pile")
            .expression_attribute_names("#read", "read")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":pile", text(&pile(READ, id.as_str())))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(output) => output.attributes.map(serde_dynamo::from_item).transpose().map_err(StoreError::item),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }
}

fn pile(first: &str, id: &str) -> String {
    format!("{first}{id}")
}

fn key(user_id: &str, id: &str) -> HashMap<String, AttributeValue> {
    [("userId".to_owned(), text(user_id)), ("id".to_owned(), text(id))].into()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;
