//! The sessions of one user, newest first.

use aws_sdk_dynamodb::Client;
use envelope::timestamp;
use tables::{StoreError, key, string};

use super::Sessions;
use crate::domain::session::{Account, Session};

/// How many sessions a list shows at most.
const LONGEST: usize = 100;

/// The table of sessions, and the table of users.
#[derive(Debug)]
pub struct SessionList {
    client: Client,
    sessions: Sessions,
    users: String,
}

impl SessionList {
    /// The list of these sessions, of the users in this table.
    pub fn new(client: Client, sessions: Sessions, users: impl Into<String>) -> Self {
        Self { client, sessions, users: users.into() }
    }

    /// The tables that `SESSIONS_TABLE` and `USERS_TABLE` name, with a first read that opens the connections
    /// ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let list = Self::new(tables::client()?, Sessions::from_env()?, aws::required("USERS_TABLE")?);
        aws::warm_up("database", list.newest("ping", "ping")).await;
        Ok(list)
    }

    /// The user's newest sessions that count, at most 100 of them. One query takes a megabyte, more than a thousand sessions.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(&self, user_id: &str, email: &str) -> Result<Vec<Session>, StoreError> {
        let (sessions, account) = tokio::try_join!(self.stored(user_id), self.account(email))?;
        let Some(account) = account else { return Ok(Vec::new()) };
        let now = timestamp::epoch_seconds();
        Ok(sessions.into_iter().filter(|session| session.counts(&account, now)).take(LONGEST).collect())
    }

    async fn stored(&self, user_id: &str) -> Result<Vec<Session>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(self.sessions.table())
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", string(user_id))
            .scan_index_forward(false)
            .consistent_read(true);
        Ok(serde_dynamo::from_items(query.send().await?.items.unwrap_or_default())?)
    }

    async fn account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let get = self.client.get_item().table_name(&self.users).set_key(Some(key([("email", email)])));
        let item = get.consistent_read(true).send().await?.item;
        Ok(item.map(serde_dynamo::from_item).transpose()?)
    }
}

#[cfg(test)]
mod tests;
