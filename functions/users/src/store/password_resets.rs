//! Choosing a new password with a token that was mailed.

use std::time::Duration;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use envelope::timestamp;
use tables::{Cancellation, StoreError, conflict_retries, number, string};

use super::mail_tokens::{ValidToken, generation_is, true_value};
use super::mails::mail_key;
use super::{Mails, mark_confirmed};
use crate::domain::mail_token::MailToken;
use crate::domain::password_hash::PasswordHash;
use crate::domain::source::Source;
use crate::domain::user::Profile;

/// The tables of mails, of users and of the sources that are known to them.
#[derive(Debug, Clone)]
pub struct PasswordResets {
    /// The tables of mails and of users.
    pub mails: Mails,
    pub(super) known_sources: String,
}

impl PasswordResets {
    /// The tables of [`Mails::connect`], and the one that `KNOWN_SOURCES_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        Ok(Self { mails: Mails::connect().await?, known_sources: aws::required("KNOWN_SOURCES_TABLE")? })
    }

    /// Uses the token of a password reset: sets the user's password, ends all their sessions, and marks the address as
    /// verified and the source as known to the account, in one transaction with the removal of the token's hash. So of any
    /// number of uses at once one succeeds. Returns whether this one did.
    ///
    /// Until the address is verified, the account may have been another's, who knew the address: the mails that they asked
    /// for are asked for no longer. (`user` may be from an index that trails, and then a wish of this moment is lost.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn confirm(
        &self,
        token: &MailToken,
        user: &Profile,
        hash: &PasswordHash,
        valid: &ValidToken,
        source: &Source,
        time_left: Duration,
    ) -> Result<bool, StoreError> {
        let use_token = Update::builder()
            .table_name(&self.mails.mails)
            .set_key(Some(mail_key(&token.user_id.to_string(), &token.mail_id.to_string())))
            .update_expression("REMOVE tokenHash")
            .condition_expression("tokenHash = :hash")
            .expression_attribute_values(":hash", string(token.hash().as_str()))
            .build()?;
        let change_user = Update::builder()
            .table_name(&self.mails.users)
            .key("email", string(user.email.as_str()))
            .update_expression(format!(
                "SET passwordHash = :password, sessionGeneration = :next, emailVerified = :true REMOVE keptSession{}",
                if user.email_verified { "" } else { ", mail" }
            ))
            .condition_expression(generation_is(valid))
            .expression_attribute_values(":password", serde_dynamo::to_attribute_value(hash)?)
            .expression_attribute_values(":true", true_value())
            .expression_attribute_values(":id", string(token.user_id.to_string()))
            .expression_attribute_values(":generation", number(valid.session_generation))
            .expression_attribute_values(":next", number(valid.session_generation + 1))
            .build()?;
        let now = timestamp::epoch_seconds();
        let know_source = mark_confirmed(&self.known_sources, &user.email, &user.id, source, now).build()?;
        let actions =
            [use_token, change_user, know_source].map(|update| TransactWriteItem::builder().update(update).build());
        let mut retries = conflict_retries(time_left);
        loop {
            let transaction = self.mails.client.transact_write_items().set_transact_items(Some(actions.to_vec()));
            let Err(error) = transaction.send().await else { return Ok(true) };
            match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => return Ok(false),
                Cancellation::Conflict => retries.pause().await?,
            }
        }
    }
}
