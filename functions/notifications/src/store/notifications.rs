//! One notification: adding it, marking it as read.

use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem, Update};
use tables::{Cancellation, ErasureMarks, StoreError, conflict_retries, string, update_item};

use super::item::{NotificationItem, READ_STATE_KEY, key, read_state_key};
use crate::domain::notification::Notification;
use crate::domain::notification_id::NotificationId;
use crate::domain::read_state::ReadState;

/// How long conflicts of an update with transactions are retried.
const CONFLICTS: Duration = Duration::from_secs(2);

/// The table of notifications.
#[derive(Debug, Clone)]
pub struct Notifications {
    client: Client,
    table: String,
}

impl Notifications {
    /// The table of this name, reached through this client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table that `NOTIFICATIONS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("NOTIFICATIONS_TABLE")?))
    }

    /// As [`Notifications::from_env`], with a first read that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let notifications = Self::from_env()?;
        aws::warm_up("database", notifications.ping()).await;
        Ok(notifications)
    }

    /// Reads an item that does not exist.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).set_key(Some(key("ping", "ping"))).send().await?;
        Ok(())
    }

    /// Adds a user's notification, unless the user was erased. If one of this id exists, it stays as it is. Conflicts with
    /// other transactions are retried within `retries`: those of one user's notifications check the same mark.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert(
        &self,
        user_id: &str,
        notification: &Notification,
        erased: &ErasureMarks,
        mut retries: RetryBudget,
    ) -> Result<(), StoreError> {
        let item = serde_dynamo::to_item(NotificationItem::new(user_id, notification))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(id)")
            .build()?;
        let actions = vec![TransactWriteItem::builder().put(put).build(), erased.unmarked(user_id)?];
        loop {
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = transaction.send().await else { return Ok(()) };
            match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => return Ok(()),
                Cancellation::Conflict => retries.pause().await?,
            }
        }
    }

    /// A user's notification; `None` if the user has none of this id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, user_id: &str, id: &NotificationId) -> Result<Option<Notification>, StoreError> {
        let key = key(user_id, id.as_str());
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        Ok(get.send().await?.item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Marks a user's notification as read; marking it again changes nothing. `None` if the user has none of this id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_read(&self, user_id: &str, id: &NotificationId) -> Result<Option<Notification>, StoreError> {
        let update = self.reading(user_id, id)?;
        match update_item(&self.client, update, ReturnValue::AllNew, conflict_retries(CONFLICTS)).await {
            Ok(output) => Ok(output.attributes.map(serde_dynamo::from_item).transpose()?),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }

    /// The update that marks a user's notification as read, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn reading(&self, user_id: &str, id: &NotificationId) -> Result<Update, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(user_id, id.as_str())))
            .condition_expression("attribute_exists(id)")
            .update_expression("SET #read = :true, #readStateKey = :readStateKey")
            .expression_attribute_names("#read", "read")
            .expression_attribute_names("#readStateKey", READ_STATE_KEY)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":readStateKey", string(read_state_key(ReadState::Read, id.as_str())));
        Ok(update.build()?)
    }
}
