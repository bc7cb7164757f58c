//! What a login reads and writes: the user, and the counts of guesses at passwords.

mod accept;
mod attempts;
mod count;
mod password_change;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, KeysAndAttributes, TransactWriteItem, Update};
use tables::{Item, StoreError, batch_get, key, string};

pub use accept::{AcceptError, mark_confirmed, mark_registered};
pub use count::{Guess, GuessOutcome};
pub use password_change::stored_user;

use super::parse;
use super::source_limit::SourceLimit;
use crate::domain::email::Email;
use crate::domain::guess_counts::GuessCounts;
use crate::domain::password_hash::PasswordHash;
use crate::domain::source::Source;
use crate::domain::source_count::Action;
use crate::domain::user::User;

/// The tables that a guess at a password has to do with. Whoever compares a password does it in three steps:
/// [`Logins::find`], [`Logins::count_guess`] before the comparison, and after a right one [`Logins::log_in`] or
/// [`Logins::give_back`].
#[derive(Debug)]
pub struct Logins {
    client: Client,
    /// Users, by email address.
    users: String,
    /// Guesses in the present window, by email address.
    failed_logins: String,
    /// Sources that accounts have been used from, by email address and source.
    known_sources: String,
    /// Failed logins of a source, whichever the account.
    source_limit: SourceLimit,
}

impl Logins {
    /// The tables that `USERS_TABLE`, `LOGIN_ATTEMPTS_TABLE`, `KNOWN_SOURCES_TABLE` and `SOURCE_LIMITS_TABLE` name, with a
    /// first read that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let logins = Self {
            client: tables::client()?,
            users: aws::required("USERS_TABLE")?,
            failed_logins: aws::required("LOGIN_ATTEMPTS_TABLE")?,
            known_sources: aws::required("KNOWN_SOURCES_TABLE")?,
            source_limit: SourceLimit::from_env(Action::FailedLogin)?,
        };
        aws::warm_up("database", logins.read("ping", &Source::of(""))).await;
        Ok(logins)
    }

    /// The user with this email address, and the counts for a guess at their password from this source, in one round trip.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, email: &Email, source: &Source) -> Result<(Option<User>, GuessCounts), StoreError> {
        self.read(email.as_str(), source).await
    }

    async fn read(&self, email: &str, source: &Source) -> Result<(Option<User>, GuessCounts), StoreError> {
        let requests = [
            (&*self.users, key([("email", email)])),
            (&*self.failed_logins, key([("email", email)])),
            (&*self.known_sources, known_source_key(email, source)),
            (self.source_limit.table(), self.source_limit.key(source)),
        ];
        let requests = requests.into_iter().map(|(table, key)| {
            Ok((table.to_owned(), KeysAndAttributes::builder().keys(key).consistent_read(true).build()?))
        });
        let mut found = batch_get(&self.client, requests.collect::<Result<HashMap<_, _>, StoreError>>()?).await?;
        let mut only = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        let user = parse(only(&self.users))?;
        let counts = GuessCounts {
            user_id: user.as_ref().map(|user: &User| user.id.clone()),
            account: parse(only(&self.failed_logins))?,
            known: parse(only(&self.known_sources))?,
            source: parse(only(self.source_limit.table()))?,
        };
        Ok((user, counts))
    }
}

#[cfg(test)]
impl Logins {
    /// On the template's tables, with a limit of failed logins from a source.
    pub(crate) fn of_template(client: Client, failed_logins_per_source: u32) -> Self {
        let table = "SourceLimitsTable".to_owned();
        Self {
            client: client.clone(),
            users: "UsersTable".to_owned(),
            failed_logins: "LoginAttemptsTable".to_owned(),
            known_sources: "KnownSourcesTable".to_owned(),
            source_limit: SourceLimit::new(client, table, Action::FailedLogin, failed_logins_per_source),
        }
    }
}

impl Logins {
    /// Checks that a user is there: nothing is written about one who was erased since they were read. A part of a
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn exists(&self, user: &User) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.users)
            .set_key(Some(key([("email", user.email.as_str())])))
            .condition_expression("id = :id")
            .expression_attribute_values(":id", string(&user.id));
        Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
    }

    /// Replaces the hash of a user's password, if it is still the one that was read, as a part of a transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn renew_hash(&self, user: &User, hash: &PasswordHash) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.users)
            .set_key(Some(key([("email", user.email.as_str())])))
            .update_expression("SET passwordHash = :new")
            .condition_expression("id = :id AND passwordHash = :old")
            .expression_attribute_values(":new", string(hash.as_str()))
            .expression_attribute_values(":old", string(user.password_hash.as_str()))
            .expression_attribute_values(":id", string(&user.id));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

fn known_source_key(email: &str, source: &Source) -> Item {
    key([("email", email), ("source", source.as_str())])
}

#[cfg(test)]
mod tests;
