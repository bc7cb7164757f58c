//! What is left of an erased user in the tables of this service, and deleting it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use tables::{ErasureMarks, Item, StoreError, number, retry_conflicts, string};

use super::mail_requests::delete_requests;

/// Items that are deleted at the same time.
const AT_ONCE: usize = 16;

/// The tables that have something of a user beside the account, and the marks of erased users.
#[derive(Debug)]
pub struct Remains {
    client: Client,
    erasures: String,
    mails: String,
    /// Tables whose partition key is a user's id.
    by_user_id: Vec<Table>,
    /// Tables whose partition key is an email address.
    by_email: Vec<Table>,
}

/// A table and the names of its key's attributes, the partition key first.
#[derive(Debug)]
struct Table {
    name: String,
    key: &'static [&'static str],
}

/// The mark of an erased user.
#[derive(Deserialize)]
struct Mark {
    /// Their address, until what is kept under it is deleted.
    email: Option<String>,
}

impl Remains {
    /// The tables that the function's environment names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Self::new(tables::client()?, aws::required)
    }

    /// The tables of a test.
    #[cfg(test)]
    pub(crate) fn of(tables: &local_testing::Tables) -> Self {
        let names = |variable: &'static str| {
            let name = match variable {
                "ERASURES_TABLE" => "UserErasuresTable",
                "SESSIONS_TABLE" => "SessionsTable",
                "USER_EVENTS_TABLE" => "UserEventsTable",
                "MAILS_TABLE" => "MailsTable",
                "KNOWN_SOURCES_TABLE" => "KnownSourcesTable",
                _ => "LoginAttemptsTable",
            };
            Ok::<_, std::convert::Infallible>(name.to_owned())
        };
        let Ok(remains) = Self::new(tables.client(), names);
        remains
    }

    /// Tables that `named` finds by the names of their variables.
    fn new<E>(client: Client, named: impl Fn(&'static str) -> Result<String, E>) -> Result<Self, E> {
        let table = |variable, key| Ok(Table { name: named(variable)?, key });
        Ok(Self {
            client,
            erasures: named("ERASURES_TABLE")?,
            mails: named("MAILS_TABLE")?,
            by_user_id: vec![
                table("SESSIONS_TABLE", &["userId", "sessionId"] as &[_])?,
                table("USER_EVENTS_TABLE", &["userId", "eventId"])?,
                table("MAILS_TABLE", &["owner", "id"])?,
            ],
            by_email: vec![
                table("LOGIN_ATTEMPTS_TABLE", &["email"])?,
                table("KNOWN_SOURCES_TABLE", &["email", "source"])?,
            ],
        })
    }

    /// Deletes everything of an erased user but the mark. The address goes last: as long as the mark has it, a retry
    /// knows what to delete.
    ///
    /// # Errors
    /// [`StoreError`]. What was deleted before the failure stays deleted, and a retry goes on from there.
    pub async fn erase(&self, user_id: &str) -> Result<(), StoreError> {
        for table in &self.by_user_id {
            self.delete_all(table, user_id, None).await?;
        }
        let get = self.client.get_item().table_name(&self.erasures).key("id", string(user_id)).consistent_read(true);
        let mark: Option<Mark> = get.send().await?.item.map(serde_dynamo::from_item).transpose()?;
        if let Some(email) = mark.and_then(|mark| mark.email) {
            for table in &self.by_email {
                self.delete_all(table, &email, Some(user_id)).await?;
            }
            delete_requests(&self.client, &self.mails, &email).await?;
        }
        self.finish(user_id).await
    }

    /// Takes the address out of the mark, and keeps the mark for its full time.
    async fn finish(&self, user_id: &str) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.erasures)
            .key("id", string(user_id))
            .update_expression("SET expiresAt = :expiry REMOVE email")
            .expression_attribute_values(":expiry", number(ErasureMarks::expiry()));
        retry_conflicts(async || update.clone().send().await).await?;
        Ok(())
    }

    /// Deletes what is under one partition key; with a user's id only what is theirs or does not say whose it is, as the
    /// address may be another's by now.
    async fn delete_all(
        &self,
        Table { name, key }: &Table,
        owner: &str,
        user_id: Option<&str>,
    ) -> Result<(), StoreError> {
        loop {
            let mut query = self
                .client
                .query()
                .table_name(name)
                .consistent_read(true)
                .key_condition_expression("#k0 = :owner")
                .expression_attribute_values(":owner", string(owner));
            let mut projection = Vec::new();
            for (index, attribute) in key.iter().enumerate() {
                projection.push(format!("#k{index}"));
                query = query.expression_attribute_names(format!("#k{index}"), *attribute);
            }
            let page = query.projection_expression(projection.join(", ")).send().await?;
            let keys = page.items.unwrap_or_default();
            let deletions = keys.into_iter().map(|key| self.delete(name, key, user_id));
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            if page.last_evaluated_key.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, table: &str, key: Item, user_id: Option<&str>) -> Result<(), StoreError> {
        let mut delete = self.client.delete_item().table_name(table).set_key(Some(key));
        if let Some(user_id) = user_id {
            delete = delete
                .condition_expression("attribute_not_exists(userId) OR userId = :user")
                .expression_attribute_values(":user", string(user_id));
        }
        match retry_conflicts(async || delete.clone().send().await).await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }
}
