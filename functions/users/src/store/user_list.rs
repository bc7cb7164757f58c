//! The users, newest first: an index of their table, and the count kept beside it.

use aws_sdk_dynamodb::Client;
use tables::{KeptCount, StoreError, string};

use crate::domain::user::Profile;

/// The index has all users in one partition, sorted by id and so by time. A partition takes 1 000 writes a second, which
/// is a thousand registrations.
pub(super) const PARTITION: &str = "user";

/// The index that has the users by id.
pub(super) const BY_ID: &str = "by-id";

/// The list of users.
#[derive(Debug)]
pub struct UserList {
    client: Client,
    table: String,
    count: KeptCount,
}

impl UserList {
    /// The list of the table that `USERS_TABLE` names, with first reads that open the connections ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let list =
            Self { client: tables::client()?, table: aws::required("USERS_TABLE")?, count: super::user_count()? };
        aws::warm_up("database", async { tokio::try_join!(list.newest(1), list.total()) }).await;
        Ok(list)
    }

    /// The newest users, at most `limit`. (A user has some 300 bytes: a thousand fit into the 1 MB of one query.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(&self, limit: u32) -> Result<Vec<Profile>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_ID)
            .key_condition_expression("listing = :listing")
            .expression_attribute_values(":listing", string(PARTITION))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let items = query.send().await?.items.unwrap_or_default();
        Ok(serde_dynamo::from_items(items)?)
    }

    /// How many users there are.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn total(&self) -> Result<u64, StoreError> {
        self.count.total().await
    }
}
