//! The table of mails: an item for each mail, which keeps it from being sent again and has its token's hash, an item for
//! each kind of mail to an address, which limits them, and the addresses of requests for mails ([`super::MailRequests`]).
//!
//! A mail's item is under its user's id, and a limit's under a hash of the address, so an address that was registered anew
//! has no new limit. All are forgotten in time.

mod claims;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use tables::{Item, StoreError, key, string};

use crate::domain::email::Email;
use crate::domain::mail_token::MailTokenHash;
use crate::domain::recipient::Recipient;

pub use claims::{Claim, Claimed, NewMail};

/// The tables of mails and of users.
#[derive(Debug, Clone)]
pub struct Mails {
    pub(super) client: Client,
    pub(super) mails: String,
    pub(super) users: String,
}

/// A mail's item.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MailItem {
    owner: String,
    id: String,
    /// The mail's kind.
    pub(super) kind: String,
    /// Until when it is claimed: seconds since the Unix epoch.
    claimed_until: u64,
    /// When the claim was counted against the address's limit: seconds since the Unix epoch.
    #[serde(default)]
    counted_at: u64,
    /// When it was sent: seconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_at: Option<u64>,
    /// The hash of its token, unless that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token_hash: Option<MailTokenHash>,
    /// Until when the token can be used: seconds since the Unix epoch.
    #[serde(default)]
    pub(super) token_expires_at: u64,
    /// The user's `sessionGeneration` when it was sent. A change of the password makes it another, and the token void.
    pub(super) session_generation: u64,
    /// When DynamoDB may delete the item: seconds since the Unix epoch.
    expires_at: u64,
}

impl Mails {
    /// The tables of these names, reached through this client.
    pub fn new(client: Client, mails: impl Into<String>, users: impl Into<String>) -> Self {
        Self { client, mails: mails.into(), users: users.into() }
    }

    /// The tables that `MAILS_TABLE` and `USERS_TABLE` name.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("MAILS_TABLE")?, aws::required("USERS_TABLE")?))
    }

    /// As [`Mails::from_env`], with a first read that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let mails = Self::from_env()?;
        aws::warm_up("database", mails.recipient("ping")).await;
        Ok(mails)
    }

    /// The user with this email address, as far as mails need to know them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn recipient(&self, email: &str) -> Result<Option<Recipient>, StoreError> {
        let get = self.client.get_item().table_name(&self.users).key("email", string(email)).consistent_read(true);
        // Not the password's hash.
        let get = get
            .projection_expression("id, email, emailVerified, sessionGeneration, #mail")
            .expression_attribute_names("#mail", "mail");
        Ok(get.send().await?.item.map(serde_dynamo::from_item).transpose()?)
    }
}

fn mail_id(event_id: &str) -> String {
    format!("mail#{event_id}")
}

/// The primary key of a mail's item.
pub(super) fn mail_key(user_id: &str, event_id: &str) -> Item {
    key([("owner", user_id), ("id", &mail_id(event_id))])
}

fn limit_key(email: &Email, kind: &str) -> Item {
    key([("owner", &address_owner(email.as_str())), ("id", &format!("limit#{kind}"))])
}

/// The owner of the items that are about an address and no user: a hash of it.
pub(super) fn address_owner(email: &str) -> String {
    format!("address#{}", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, email.as_bytes())))
}

/// The condition of a transaction that the address is this user's.
pub(super) fn check_user(users: &str, email: &Email, id: &str) -> Result<TransactWriteItem, StoreError> {
    let check = ConditionCheck::builder()
        .table_name(users)
        .key("email", string(email.as_str()))
        .condition_expression("id = :id")
        .expression_attribute_values(":id", string(id));
    Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
}

#[cfg(test)]
mod tests;
