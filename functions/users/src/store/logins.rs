//! What a login reads and writes: the user, and the failed logins counted for their email address.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use serde::de::DeserializeOwned;
use tables::{Item, StoreError, batch_get, key, number, string};

use crate::domain::email::Email;
use crate::domain::failed_logins::{
    FailedLogins, LoginLimit, MAX_FROM_ALL_SOURCES, MAX_FROM_ONE_SOURCE, WINDOW_SECONDS,
};
use crate::domain::user::User;

/// The table of users, and the table of failed logins. Both have the email address as their key.
#[derive(Debug)]
pub struct Logins {
    client: Client,
    users: String,
    failed_logins: String,
}

impl Logins {
    /// The tables that `USERS_TABLE` and `LOGIN_ATTEMPTS_TABLE` name, with a first read that opens the connection
    /// ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let logins = Self {
            client: tables::client()?,
            users: aws::required("USERS_TABLE")?,
            failed_logins: aws::required("LOGIN_ATTEMPTS_TABLE")?,
        };
        aws::warm_up("database", logins.read("ping")).await;
        Ok(logins)
    }

    /// The user with this email address and the failed logins counted for it, in one round trip.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, email: &Email) -> Result<(Option<User>, Option<FailedLogins>), StoreError> {
        self.read(email.as_str()).await
    }

    async fn read(&self, email: &str) -> Result<(Option<User>, Option<FailedLogins>), StoreError> {
        let keys = KeysAndAttributes::builder().keys(key([("email", email)])).consistent_read(true).build()?;
        let requests = HashMap::from([(self.users.clone(), keys.clone()), (self.failed_logins.clone(), keys)]);
        let mut found = batch_get(&self.client, requests).await?;
        let mut only = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        Ok((parse(only(&self.users))?, parse(only(&self.failed_logins))?))
    }

    /// Counts one failed login, unless the limit is reached. `failed` is what [`Logins::find`] read. The write is
    /// conditional: if a concurrent login has changed the count, it returns the new count, and the limit is checked
    /// against that.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_failure(
        &self,
        email: &Email,
        source_ip: &str,
        mut failed: Option<FailedLogins>,
        now: u64,
    ) -> Result<LoginLimit, StoreError> {
        // Two tries suffice (others may first begin the window, then fill it); extras cover the window expiring.
        const TRIES: usize = 4;
        for _ in 0..TRIES {
            if let reached @ LoginLimit::Reached { .. } = FailedLogins::limit(failed.as_ref(), source_ip, now) {
                return Ok(reached);
            }
            let has_window = failed.as_ref().is_some_and(|failed| failed.is_current(now));
            let update = if has_window { self.add(source_ip, now) } else { self.begin_window(source_ip, now) };
            let update = update
                .key("email", string(email.as_str()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            match update.send().await {
                Ok(_) => return Ok(LoginLimit::Open),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(changed)) => {
                        failed = parse(changed.item.clone())?;
                    }
                    _ => return Err(error.into()),
                },
            }
        }
        Err(StoreError::busy("login attempts contended"))
    }

    fn begin_window(&self, source_ip: &str, now: u64) -> UpdateItemFluentBuilder {
        let by_source = [(source_ip.to_owned(), number(1))].into();
        self.client
            .update_item()
            .table_name(&self.failed_logins)
            .update_expression("SET failures = :one, addresses = :by_source, expiresAt = :end")
            .condition_expression("attribute_not_exists(email) OR expiresAt <= :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":by_source", AttributeValue::M(by_source))
            .expression_attribute_values(":end", number(now + WINDOW_SECONDS))
            .expression_attribute_values(":now", number(now))
    }

    fn add(&self, source_ip: &str, now: u64) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.failed_logins)
            .update_expression(
                "SET failures = failures + :one, addresses.#source = if_not_exists(addresses.#source, :zero) + :one",
            )
            .condition_expression(
                "expiresAt > :now AND failures < :max_from_all \
                 AND (attribute_not_exists(addresses.#source) OR addresses.#source < :max_from_one)",
            )
            .expression_attribute_names("#source", source_ip)
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":max_from_all", number(MAX_FROM_ALL_SOURCES))
            .expression_attribute_values(":max_from_one", number(MAX_FROM_ONE_SOURCE))
    }
}

fn parse<T: DeserializeOwned>(item: Option<Item>) -> Result<Option<T>, StoreError> {
    Ok(item.map(serde_dynamo::from_item).transpose()?)
}

#[cfg(test)]
mod tests;
