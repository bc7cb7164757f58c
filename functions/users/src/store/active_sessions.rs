//! Sessions that count. That is decided by a session's item and its user's together, so both are read in one strongly
//! consistent call.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use envelope::timestamp;
use tables::{StoreError, batch_get, key};

use super::sessions::Written;
use super::{Sessions, parse};
use crate::domain::refresh_token::{Presented, RefreshToken, Successor};
use crate::domain::session::{Account, Session};

/// The table of sessions, and the table of users, whose key is the email address.
#[derive(Debug)]
pub struct ActiveSessions {
    client: Client,
    sessions: Sessions,
    users: String,
}

/// A session whose refresh token was replaced.
#[derive(Debug)]
pub struct Refreshed {
    /// The user.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// The token that replaces the one presented.
    pub token: RefreshToken,
}

impl ActiveSessions {
    /// These sessions, of the users in this table.
    pub fn new(client: Client, sessions: Sessions, users: impl Into<String>) -> Self {
        Self { client, sessions, users: users.into() }
    }

    /// The tables that `SESSIONS_TABLE` and `USERS_TABLE` name, with a first read that opens the connection
    /// ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let active = Self::new(tables::client()?, Sessions::from_env()?, aws::required("USERS_TABLE")?);
        aws::warm_up("database", active.read("ping", "ping", "ping")).await;
        Ok(active)
    }

    /// The session and its user, if the session counts. One strongly consistent call.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(
        &self,
        user_id: &str,
        session_id: &str,
        email: &str,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        // Neither is a key that DynamoDB takes.
        if user_id.is_empty() || session_id.is_empty() || email.is_empty() {
            return Ok(None);
        }
        let (session, account) = self.read(user_id, session_id, email).await?;
        let both = session.zip(account);
        Ok(both.filter(|(session, account)| session.counts(account, timestamp::epoch_seconds())))
    }

    async fn read(
        &self,
        user_id: &str,
        session_id: &str,
        email: &str,
    ) -> Result<(Option<Session>, Option<Account>), StoreError> {
        let session = KeysAndAttributes::builder()
            .keys(key([("userId", user_id), ("sessionId", session_id)]))
            .consistent_read(true)
            .build()?;
        // Not the password's hash.
        let user = KeysAndAttributes::builder()
            .keys(key([("email", email)]))
            .projection_expression("id, email, #name, #role, sessionGeneration, keptSession")
            .expression_attribute_names("#name", "name")
            .expression_attribute_names("#role", "role")
            .consistent_read(true)
            .build()?;
        let requests = HashMap::from([(self.sessions.table().to_owned(), session), (self.users.clone(), user)]);
        let mut found = batch_get(&self.client, requests).await?;
        let mut only = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        Ok((parse(only(self.sessions.table()))?, parse(only(&self.users))?))
    }

    /// Replaces a session's refresh token; `None` if the token presented does not count. One that was used before ends its
    /// session, unless it is the latest, used a moment ago: that gets the same successor again. So do requests with the
    /// same token at the same time, and one whose first answer was lost.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Option<Refreshed>, StoreError> {
        // The first write may be superseded by one with the same token, and that one's successor may be used meanwhile.
        const TRIES: usize = 3;
        let (user_id, session_id) = (token.user_id.to_string(), token.session_id.to_string());
        let Some((mut session, account)) = self.find(&user_id, &session_id, &token.email).await? else {
            return Ok(None);
        };
        for _ in 0..TRIES {
            let (successor, written) = match session.chain.judge(token, timestamp::epoch_milliseconds()) {
                Presented::Current(successor, chain) => (successor, self.sessions.replace(&mut session, chain).await?),
                Presented::JustUsed(successor) => (successor, Written::Done),
                Presented::Reused => {
                    tracing::warn!(userId = user_id, "a refresh token that was used before ended its session");
                    self.sessions.delete(&user_id, &session_id).await?;
                    return Ok(None);
                }
                Presented::Forged => return Ok(None),
            };
            match written {
                Written::Done => return Ok(Some(refreshed(account, session, token, successor))),
                Written::Superseded(None) => return Ok(None),
                Written::Superseded(Some(now)) => session = *now,
            }
        }
        Err(StoreError::busy("refresh contended"))
    }
}

fn refreshed(account: Account, session: Session, token: &RefreshToken, successor: Successor) -> Refreshed {
    let token = RefreshToken::of(token.user_id, token.session_id, &token.email, successor);
    Refreshed { account, session, token }
}

#[cfg(test)]
mod tests;
