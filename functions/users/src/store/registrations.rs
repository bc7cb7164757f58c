//! What a registration writes: the user, the event of it, the user's first session, and the source that it came from.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use contracts::payloads::UserCreated;
use envelope::timestamp;
use events::Event;
use serde::Serialize;
use tables::{Cancellation, StoreError, conflict_retries};

use super::{Sessions, UserEvents, Users, mark_registered};
use crate::domain::session::Session;
use crate::domain::source::Source;
use crate::domain::user::User;

/// The tables of users, of their events, of their sessions and of the sources that are known to them.
#[derive(Debug)]
pub struct Registrations {
    client: Client,
    users: Users,
    events: UserEvents,
    sessions: Sessions,
    known_sources: String,
}

/// Why a user could not be added.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Another user has the email address.
    #[error("the email address is taken")]
    EmailTaken,
    /// DynamoDB failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An item of the table of users.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    user: &'a User,
    /// Partition of the index that lists the users.
    listing: &'static str,
}

impl Registrations {
    /// The tables that `USERS_TABLE`, `USER_EVENTS_TABLE`, `SESSIONS_TABLE` and `KNOWN_SOURCES_TABLE` name, with a first read
    /// that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        Ok(Self {
            client: tables::client()?,
            events: UserEvents::from_env()?,
            sessions: Sessions::from_env()?,
            known_sources: aws::required("KNOWN_SOURCES_TABLE")?,
            users: Users::connect().await?,
        })
    }

    /// The tables of a test.
    #[cfg(test)]
    pub(crate) fn of(tables: &local_testing::Tables) -> Self {
        let users = Users::new(tables.client(), "UsersTable");
        let sessions = Sessions::new(tables.client(), "SessionsTable");
        let (events, known_sources) = (UserEvents::new("UserEventsTable"), "KnownSourcesTable".to_owned());
        Self { client: tables.client(), users, events, sessions, known_sources }
    }

    /// Adds a user together with the event of their registration and their first session, and marks the source that they
    /// registered from as known to them, in one transaction: from the first moment, no guess of others locks them out there.
    /// Conflicts with concurrent registrations of the address are retried within `time_left`.
    ///
    /// # Errors
    /// [`InsertError`]
    pub async fn insert(
        &self,
        user: &User,
        event: &Event<UserCreated>,
        session: &Session,
        source: &Source,
        time_left: Duration,
    ) -> Result<(), InsertError> {
        let item = Item { user, listing: super::user_list::PARTITION };
        let item = serde_dynamo::to_item(item).map_err(StoreError::from)?;
        let put = Put::builder()
            .table_name(self.users.table())
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(email)")
            .build()
            .map_err(StoreError::from)?;
        let actions = vec![
            TransactWriteItem::builder().put(put).build(),
            self.events.put(&user.id, event)?,
            self.sessions.put(session)?,
            mark_registered(&self.known_sources, user, source, timestamp::epoch_seconds())?,
        ];
        let mut retries = conflict_retries(time_left);
        loop {
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = transaction.send().await else { return Ok(()) };
            match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => return self.accept_own_write(user).await,
                Cancellation::Conflict => retries.pause().await.map_err(StoreError::from)?,
            }
        }
    }

    /// A transaction whose response was lost is sent again. The retry then finds the user that the first attempt wrote,
    /// which is a success.
    async fn accept_own_write(&self, user: &User) -> Result<(), InsertError> {
        match self.users.profile(user.email.as_str()).await? {
            Some(profile) if profile.id == user.id => Ok(()),
            _ => Err(InsertError::EmailTaken),
        }
    }
}

#[cfg(test)]
mod tests;
