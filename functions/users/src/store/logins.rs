//! What a login reads and writes: the user and the failures counted for their address.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use envelope::InitError;
use serde::de::DeserializeOwned;
use tables::StoreError;

use super::attempts::{Attempts, MOST, MOST_FROM_ONE_ADDRESS, Verdict, WINDOW_SECONDS};
use crate::domain::email::Email;
use crate::domain::user::User;

/// The users' table and the attempts' table beside it.
#[derive(Debug)]
pub struct Logins {
    client: Client,
    users: String,
    attempts: String,
}

impl Logins {
    /// The tables that `USERS_TABLE` and `LOGIN_ATTEMPTS_TABLE` name, connected as [`super::Users::connect`] is.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let logins = Self {
            client: tables::client()?,
            users: aws::required("USERS_TABLE")?,
            attempts: aws::required("LOGIN_ATTEMPTS_TABLE")?,
        };
        aws::warm_up("database", logins.read("ping")).await;
        Ok(logins)
    }

    /// The user of this address and the failures counted for it, in one round trip.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, email: &Email) -> Result<(Option<User>, Option<Attempts>), StoreError> {
        self.read(email.as_str()).await
    }

    async fn read(&self, email: &str) -> Result<(Option<User>, Option<Attempts>), StoreError> {
        let keys = || {
            let key = [("email".to_owned(), AttributeValue::S(email.to_owned()))].into();
            KeysAndAttributes::builder().keys(key).consistent_read(true).build().map_err(StoreError::item)
        };
        let batch =
            self.client.batch_get_item().request_items(&self.users, keys()?).request_items(&self.attempts, keys()?);
        let output = batch.send().await?;
        if output.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::busy("unprocessed keys"));
        }
        let mut found = output.responses.unwrap_or_default();
        let mut only = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        Ok((item(only(&self.users))?, item(only(&self.attempts))?))
    }

    /// Counts one failure, unless the count is full. `seen` is what [`Logins::find`] read; where another guess
    /// got in between, the database tells what there is now, and that decides.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_failure(
        &self,
        email: &Email,
        address: &str,
        seen: Option<Attempts>,
        now: u64,
    ) -> Result<Verdict, StoreError> {
        // A window begins once and then only fills, so a second look is the last; more allow for its end.
        const LOOKS: usize = 4;
        let mut attempts = seen;
        for _ in 0..LOOKS {
            if let refused @ Verdict::Refused { .. } = Attempts::judge(attempts.as_ref(), address, now) {
                return Ok(refused);
            }
            let live = attempts.as_ref().is_some_and(|attempts| attempts.is_live(now));
            let update = if live { self.add(address, now) } else { self.begin(address, now) };
            let update = update
                .key("email", AttributeValue::S(email.as_str().to_owned()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            match update.send().await {
                Ok(_) => return Ok(Verdict::Allowed),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                        attempts = item(failed.item.clone())?;
                    }
                    _ => return Err(error.into()),
                },
            }
        }
        Err(StoreError::busy("login attempts contended"))
    }

    fn begin(&self, address: &str, now: u64) -> UpdateItemFluentBuilder {
        let addresses = [(address.to_owned(), number(1))].into();
        self.client
            .update_item()
            .table_name(&self.attempts)
            .update_expression("SET failures = :one, addresses = :addresses, expiresAt = :end")
            .condition_expression("attribute_not_exists(email) OR expiresAt <= :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":addresses", AttributeValue::M(addresses))
            .expression_attribute_values(":end", number(now + WINDOW_SECONDS))
            .expression_attribute_values(":now", number(now))
    }

    fn add(&self, address: &str, now: u64) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.attempts)
            .update_expression(
                "SET failures = failures + :one, addresses.#address = if_not_exists(addresses.#address, :zero) + :one",
            )
            .condition_expression(
                "expiresAt > :now AND failures < :most \
                 AND (attribute_not_exists(addresses.#address) OR addresses.#address < :most_here)",
            )
            .expression_attribute_names("#address", address)
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":most", number(MOST.into()))
            .expression_attribute_values(":most_here", number(MOST_FROM_ONE_ADDRESS.into()))
    }
}

fn item<T: DeserializeOwned>(
    item: Option<std::collections::HashMap<String, AttributeValue>>,
) -> Result<Option<T>, StoreError> {
    item.map(serde_dynamo::from_item).transpose().map_err(StoreError::item)
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
