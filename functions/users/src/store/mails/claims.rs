//! Claiming mails, so that one delivery of an event sends and an address gets no more than its limit.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem, Update};
use serde::Deserialize;
use tables::{Cancellation, StoreError, batch_get, conflict_retries, number, retry_conflicts, string};

use super::{MailItem, Mails, check_user, limit_key, mail_id, mail_key};
use crate::domain::mail_limit::{RecentMails, WINDOW_SECONDS};
use crate::domain::mail_token::MailToken;
use crate::domain::recipient::Recipient;

/// How long one delivery of an event has for sending its mail, in seconds: as long as the function's timeout, and one for the
/// fraction that whole seconds leave out.
pub(super) const CLAIM_SECONDS: u64 = 6;
/// The end of a claim that was given back.
const GIVEN_BACK: u64 = 0;
/// How long it is known that a mail was sent, in seconds: longer than an event can be in a queue and its dead letters.
const KEPT_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long conflicts with other transactions are retried.
const CONFLICTS: Duration = Duration::from_secs(2);

/// A mail to be sent.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// The id of the event that asks for it.
    pub id: &'a str,
    /// Its kind.
    pub kind: &'static str,
    /// Whom it goes to.
    pub recipient: &'a Recipient,
    /// The token in it, and for how many seconds that can be used.
    pub token: Option<(&'a MailToken, u64)>,
}

/// Whether a mail is to be sent now.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is, by whoever claimed it.
    Claimed(Claimed),
    /// It was sent.
    Sent,
    /// Another delivery of the event may be sending it.
    InProgress,
    /// The address has had as many mails of this kind as it may.
    LimitReached,
    /// The user is gone.
    UserGone,
}

/// A mail that its holder may send.
#[derive(Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Seconds since the Unix epoch; tells this claim from a later one.
    pub(super) until: u64,
}

/// A limit's item.
#[derive(Debug, Deserialize)]
struct LimitItem {
    /// When the latest mails were begun.
    times: Vec<u64>,
}

impl Mails {
    /// Claims a mail at `now` (seconds since the Unix epoch), and keeps its token's hash. A claim whose holder did not send in
    /// time is taken over, with a new token. Each claim counts against the address's limit, as its holder may have sent the
    /// mail whether or not that was marked; only one that was given back does not.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn claim(&self, mail: &NewMail<'_>, now: u64) -> Result<Claim, StoreError> {
        let mut retries = conflict_retries(CONFLICTS);
        loop {
            let (earlier, recent) = self.read(mail).await?;
            let (write, others) = match &earlier {
                None => (self.insert(mail, now)?, recent.clone()),
                Some(item) if item.sent_at.is_some() => return Ok(Claim::Sent),
                Some(item) if item.claimed_until > now => return Ok(Claim::InProgress),
                Some(item) if item.claimed_until == GIVEN_BACK => {
                    (self.take_over(item, mail, now)?, recent.without(item.counted_at))
                }
                Some(item) => (self.take_over(item, mail, now)?, recent.clone()),
            };
            let Some(with_this) = others.with_one_at(now, mail.token.map(|(_, seconds)| seconds)) else {
                return Ok(Claim::LimitReached);
            };
            let actions = vec![write, self.count(mail, &recent, &with_this)?, self.check_user(mail)?];
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions));
            let Err(error) = transaction.send().await else {
                return Ok(Claim::Claimed(Claimed { until: now + CLAIM_SECONDS }));
            };
            if let Cancellation::Conditions(failed) = Cancellation::from_error(error)?
                && failed.iter().any(|failed| failed.action == 2)
            {
                return Ok(Claim::UserGone);
            }
            // Another delivery, or another mail to the address, came first.
            retries.pause().await?;
        }
    }

    /// The mail's item, and when the address's latest mails of its kind were begun.
    async fn read(&self, mail: &NewMail<'_>) -> Result<(Option<MailItem>, RecentMails), StoreError> {
        let keys = KeysAndAttributes::builder()
            .keys(mail_key(&mail.recipient.id, mail.id))
            .keys(limit_key(&mail.recipient.email, mail.kind))
            .consistent_read(true)
            .build()?;
        let mut found = batch_get(&self.client, HashMap::from([(self.mails.clone(), keys)])).await?;
        let (mut earlier, mut recent) = (None, RecentMails::default());
        for item in found.remove(&self.mails).unwrap_or_default() {
            if item.contains_key("times") {
                let limit: LimitItem = serde_dynamo::from_item(item)?;
                recent = RecentMails(limit.times);
            } else {
                earlier = Some(serde_dynamo::from_item(item)?);
            }
        }
        Ok((earlier, recent))
    }

    fn insert(&self, mail: &NewMail<'_>, now: u64) -> Result<TransactWriteItem, StoreError> {
        let item = MailItem {
            owner: mail.recipient.id.clone(),
            id: mail_id(mail.id),
            kind: mail.kind.to_owned(),
            claimed_until: now + CLAIM_SECONDS,
            counted_at: now,
            sent_at: None,
            token_hash: mail.token.map(|(token, _)| token.hash()),
            token_expires_at: mail.token.map_or(0, |(_, seconds)| now + seconds),
            session_generation: mail.recipient.session_generation,
            expires_at: now + KEPT_SECONDS,
        };
        let put = Put::builder()
            .table_name(&self.mails)
            .set_item(Some(serde_dynamo::to_item(item)?))
            .condition_expression("attribute_not_exists(id)");
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    fn count(
        &self,
        mail: &NewMail<'_>,
        recent: &RecentMails,
        with_this: &RecentMails,
    ) -> Result<TransactWriteItem, StoreError> {
        let list = |recent: &RecentMails| AttributeValue::L(recent.0.iter().map(number).collect());
        let last = with_this.0.last().copied().unwrap_or_default();
        let update = Update::builder()
            .table_name(&self.mails)
            .set_key(Some(limit_key(&mail.recipient.email, mail.kind)))
            .update_expression("SET #times = :with_this, expiresAt = :expires")
            .condition_expression(if recent.0.is_empty() {
                "attribute_not_exists(#times) OR #times = :before"
            } else {
                "#times = :before"
            })
            .expression_attribute_names("#times", "times")
            .expression_attribute_values(":before", list(recent))
            .expression_attribute_values(":with_this", list(with_this))
            .expression_attribute_values(":expires", number(last + WINDOW_SECONDS));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    /// A user who is gone gets no mail, and nothing is kept of them.
    fn check_user(&self, mail: &NewMail<'_>) -> Result<TransactWriteItem, StoreError> {
        check_user(&self.users, &mail.recipient.email, &mail.recipient.id)
    }

    fn take_over(&self, earlier: &MailItem, mail: &NewMail<'_>, now: u64) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.mails)
            .set_key(Some(mail_key(&mail.recipient.id, mail.id)))
            .condition_expression("claimedUntil = :before AND attribute_not_exists(sentAt)")
            .expression_attribute_values(":before", number(earlier.claimed_until))
            .expression_attribute_values(":until", number(now + CLAIM_SECONDS))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":generation", number(mail.recipient.session_generation));
        let claim = "SET claimedUntil = :until, countedAt = :now, sessionGeneration = :generation";
        let update = match mail.token {
            None => update.update_expression(claim),
            Some((token, seconds)) => update
                .update_expression(format!("{claim}, tokenHash = :hash, tokenExpiresAt = :expires"))
                .expression_attribute_values(":hash", string(token.hash().as_str()))
                .expression_attribute_values(":expires", number(now + seconds)),
        };
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    /// Marks a mail as sent at `now`. A claim that was taken over, or whose user's items are gone, marks nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_sent(&self, mail: &NewMail<'_>, claimed: &Claimed, now: u64) -> Result<(), StoreError> {
        self.end_claim(mail, claimed, "SET sentAt = :value", now).await
    }

    /// Gives a claim back: the mail was certainly not sent, and the next delivery of the event may try.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn release(&self, mail: &NewMail<'_>, claimed: &Claimed) -> Result<(), StoreError> {
        self.end_claim(mail, claimed, "SET claimedUntil = :value", GIVEN_BACK).await
    }

    async fn end_claim(
        &self,
        mail: &NewMail<'_>,
        claimed: &Claimed,
        update: &str,
        value: u64,
    ) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.mails)
            .set_key(Some(mail_key(&mail.recipient.id, mail.id)))
            .update_expression(update)
            .condition_expression("claimedUntil = :until")
            .expression_attribute_values(":value", number(value))
            .expression_attribute_values(":until", number(claimed.until));
        match retry_conflicts(async || update.clone().send().await).await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }
}
