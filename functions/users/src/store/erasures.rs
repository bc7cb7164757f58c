//! Erasing a user: what the transaction writes that takes the account away and tells of it.

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use contracts::payloads::UserErased;
use events::Event;
use serde::Serialize;
use tables::{ErasureMarks, StoreError, string};

use super::UserEvents;
use crate::domain::user::User;

/// The tables that the beginning of an erasure writes to.
#[derive(Debug)]
pub struct Erasures {
    users: String,
    erasures: String,
    events: UserEvents,
}

/// The mark of an erased user, with what erasing the rest needs to know.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mark<'a> {
    id: &'a str,
    /// The address under which guesses and sources are kept; taken away with them.
    email: &'a str,
    /// When DynamoDB may delete the mark: seconds since the epoch.
    expires_at: u64,
}

impl Erasures {
    /// The tables that `USERS_TABLE`, `ERASURES_TABLE` and `USER_EVENTS_TABLE` name.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self {
            users: aws::required("USERS_TABLE")?,
            erasures: aws::required("ERASURES_TABLE")?,
            events: UserEvents::from_env()?,
        })
    }

    /// Takes the account away, whose password was compared with the hash in `user`, marks the user as erased and tells of
    /// it: the actions of one transaction. If the account has another hash by now, or is another's, the failure has the
    /// user's item.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn writes(&self, user: &User, event: &Event<UserErased>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.users)
            .key("email", string(user.email.as_str()))
            .condition_expression("id = :id AND passwordHash = :hash")
            .expression_attribute_values(":id", string(&user.id))
            .expression_attribute_values(":hash", string(user.password_hash.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        let mark = Mark { id: &user.id, email: user.email.as_str(), expires_at: ErasureMarks::expiry() };
        let mark = Put::builder().table_name(&self.erasures).set_item(Some(serde_dynamo::to_item(mark)?)).build()?;
        Ok(vec![
            TransactWriteItem::builder().delete(delete).build(),
            TransactWriteItem::builder().put(mark).build(),
            self.events.put(&user.id, event)?,
        ])
    }
}

#[cfg(test)]
mod tests;
