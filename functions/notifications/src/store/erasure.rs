//! Deleting the notifications of an erased user.

use aws_sdk_dynamodb::Client;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use tables::{ErasureMarks, StoreError, retry_conflicts, string};

use super::item::key;
use crate::domain::notification_id::NotificationId;

/// Notifications that are deleted at the same time.
const AT_ONCE: usize = 16;

/// The table of notifications and the marks of erased users.
#[derive(Debug)]
pub struct Erasure {
    client: Client,
    table: String,
    erased: ErasureMarks,
}

/// As much of a notification as erasing needs.
#[derive(Deserialize)]
struct Key {
    id: NotificationId,
}

impl Erasure {
    /// The notifications in this table, and the marks of erased users.
    pub fn new(client: Client, table: impl Into<String>, erased: ErasureMarks) -> Self {
        Self { client, table: table.into(), erased }
    }

    /// The tables that `NOTIFICATIONS_TABLE` and `ERASURES_TABLE` name.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("NOTIFICATIONS_TABLE")?, ErasureMarks::from_env()?))
    }

    /// Marks a user as erased, so that no notification is added any more, then deletes those that there are.
    ///
    /// # Errors
    /// [`StoreError`]. Notifications that were deleted before the failure stay deleted, and a retry goes on from there.
    pub async fn erase(&self, user_id: &str) -> Result<(), StoreError> {
        self.erased.mark(user_id).await?;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("userId = :user")
                .expression_attribute_values(":user", string(user_id))
                .projection_expression("id");
            let page = query.send().await?;
            let keys: Vec<Key> = serde_dynamo::from_items(page.items.unwrap_or_default())?;
            let deletions = keys.iter().map(|Key { id }| self.delete(user_id, id));
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            if page.last_evaluated_key.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, user_id: &str, id: &NotificationId) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(user_id, id.as_str())));
        retry_conflicts(async || delete.clone().send().await).await?;
        Ok(())
    }
}
