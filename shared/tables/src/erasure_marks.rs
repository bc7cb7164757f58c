//! Marks of people who were erased: as long as one is kept, nothing is written about its person.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use envelope::timestamp;

use crate::{StoreError, number, retry_conflicts, string};

/// How long a mark is kept at least, in seconds: 30 days. A dead letter is kept for 14, and its last redrive has to meet
/// the mark.
const KEPT_SECONDS: u64 = 30 * 24 * 60 * 60;

/// A table of marks (key `id`, time to live `expiresAt`).
///
/// A mark is in force while its item exists. DynamoDB deletes the item some time after `expiresAt`, never before.
#[derive(Debug, Clone)]
pub struct ErasureMarks {
    client: Client,
    table: String,
}

impl ErasureMarks {
    /// The marks in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The marks in the table that `ERASURES_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(crate::client()?, aws::required("ERASURES_TABLE")?))
    }

    /// When a mark expires that is made now, in seconds since the epoch.
    pub fn expiry() -> u64 {
        timestamp::epoch_seconds() + KEPT_SECONDS
    }

    /// Marks a person as erased. A mark that exists is kept for the full time again.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark(&self, person: &str) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(person))
            .update_expression("SET expiresAt = :expiry")
            .expression_attribute_values(":expiry", number(Self::expiry()));
        retry_conflicts(async || update.clone().send().await).await?;
        Ok(())
    }

    /// The action that cancels a transaction if this person is marked.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn unmarked(&self, person: &str) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("id", string(person))
            .condition_expression("attribute_not_exists(id)")
            .build()?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}
