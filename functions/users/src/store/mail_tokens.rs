//! Using the tokens that were mailed.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use tables::{StoreError, number, retry_conflicts, string};

use super::Mails;
use super::mails::{MailItem, mail_key};
use crate::domain::mail::Mail;
use crate::domain::mail_token::MailToken;

/// A token that can be used, as far as its mail's item tells.
#[derive(Debug, PartialEq, Eq)]
pub struct ValidToken {
    /// The user's `sessionGeneration` when the token was made. It must still be theirs.
    pub(super) session_generation: u64,
}

impl Mails {
    /// Reads what is kept of a token that was sent in a mail of this kind; `None` if it is unknown, used or too old at `now`
    /// (seconds since the Unix epoch).
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn token(&self, token: &MailToken, mail: &Mail, now: u64) -> Result<Option<ValidToken>, StoreError> {
        let key = mail_key(&token.user_id.to_string(), &token.mail_id.to_string());
        let get = self.client.get_item().table_name(&self.mails).set_key(Some(key)).consistent_read(true);
        let Some(item) = get.send().await?.item else { return Ok(None) };
        let item: MailItem = serde_dynamo::from_item(item)?;
        let is_valid = item.kind == mail.kind()
            && item.token_expires_at > now
            && item.token_hash.is_some_and(|hash| hash.is_of(token));
        Ok(is_valid.then_some(ValidToken { session_generation: item.session_generation }))
    }

    /// Marks the address of a user as verified, unless the user is gone or all their sessions were ended since the token was
    /// made. Returns whether it is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn verify(&self, user_id: &str, email: &str, valid: &ValidToken) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.users)
            .key("email", string(email))
            .update_expression("SET emailVerified = :true")
            .condition_expression(generation_is(valid))
            .expression_attribute_values(":true", true_value())
            .expression_attribute_values(":id", string(user_id))
            .expression_attribute_values(":generation", number(valid.session_generation));
        match retry_conflicts(async || update.clone().send().await).await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(error.into()),
            },
        }
    }
}

/// The condition that the user is the same, and that none of their sessions began before the token was made and ended since.
pub(super) fn generation_is(valid: &ValidToken) -> &'static str {
    match valid.session_generation {
        0 => "id = :id AND (attribute_not_exists(sessionGeneration) OR sessionGeneration = :generation)",
        _ => "id = :id AND sessionGeneration = :generation",
    }
}

pub(super) fn true_value() -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::Bool(true)
}
