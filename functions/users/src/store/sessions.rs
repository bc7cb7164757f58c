//! The table of sessions: one item for each, under the user's id and the session's.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use envelope::timestamp;
use tables::{StoreError, key, number, retry_conflicts, string};

use super::parse;
use crate::domain::refresh_token::TokenChain;
use crate::domain::session::Session;

/// The table of sessions.
#[derive(Debug)]
pub struct Sessions {
    client: Client,
    table: String,
}

/// The outcome of a conditional write.
pub(super) enum Written {
    /// It was made.
    Done,
    /// Its condition did not hold: another write came first. The session as it is now, unless it is gone.
    Superseded(Option<Box<Session>>),
}

impl Sessions {
    /// The sessions in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The sessions in the table that `SESSIONS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("SESSIONS_TABLE")?))
    }

    /// The table's name.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// Adds a session, as a part of a transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn put(&self, session: &Session) -> Result<TransactWriteItem, StoreError> {
        let item = serde_dynamo::to_item(session)?;
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Writes the next token's hash, unless another write came first. A session that is gone stays so.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn replace(&self, session: &mut Session, chain: TokenChain) -> Result<Written, StoreError> {
        let before = std::mem::replace(&mut session.chain, chain);
        session.last_used_at = timestamp::now();
        session.expires_at = session.expiry(timestamp::epoch_seconds());
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key([("userId", &session.user_id), ("sessionId", &session.session_id)])))
            .update_expression(
                "SET refreshNumber = :number, refreshHash = :hash, refreshedAt = :at, \
                 lastUsedAt = :used, expiresAt = :expires",
            )
            .condition_expression("refreshNumber = :number_before AND refreshHash = :hash_before")
            .expression_attribute_values(":number", number(session.chain.number()))
            .expression_attribute_values(":hash", string(session.chain.hash()))
            .expression_attribute_values(":at", number(session.chain.refreshed_at()))
            .expression_attribute_values(":used", string(&session.last_used_at))
            .expression_attribute_values(":expires", number(session.expires_at))
            .expression_attribute_values(":number_before", number(before.number()))
            .expression_attribute_values(":hash_before", string(before.hash()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = retry_conflicts(async || update.clone().send().await).await else { return Ok(Written::Done) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(changed)) => {
                Ok(Written::Superseded(parse(changed.item.clone())?.map(Box::new)))
            }
            _ => Err(error.into()),
        }
    }

    /// Whether there is this session, with every write before.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn exists(&self, user_id: &str, session_id: &str) -> Result<bool, StoreError> {
        let key = key([("userId", user_id), ("sessionId", session_id)]);
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key)).projection_expression("sessionId");
        Ok(get.consistent_read(true).send().await?.item.is_some())
    }

    /// Ends a session that exists, as a part of a transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn ending(&self, user_id: &str, session_id: &str) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key([("userId", user_id), ("sessionId", session_id)])))
            .condition_expression("attribute_exists(sessionId)");
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    /// Ends a session; whether it was there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn delete(&self, user_id: &str, session_id: &str) -> Result<bool, StoreError> {
        // No key is empty.
        if session_id.is_empty() {
            return Ok(false);
        }
        let key = key([("userId", user_id), ("sessionId", session_id)]);
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        let delete = delete.return_values(ReturnValue::AllOld);
        let before = retry_conflicts(async || delete.clone().send().await).await?.attributes;
        Ok(before.is_some_and(|item| !item.is_empty()))
    }
}
