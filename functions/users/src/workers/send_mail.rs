//! `send-mail`: sends the mails that events ask for, once each, by Amazon SES.

use std::process::ExitCode;
use std::time::Duration;

use aws::retry::RetryBudget;
use contracts::payloads::{MailKind, MailRequested, OrderCancelled, OrderConfirmed, OrderCreated, UserCreated};
use envelope::{InitError, timestamp};
use events::{Consumer, Event, HandleError, consume};
use mailer::Mailer;
use tables::StoreError;
use uuid::Uuid;

use crate::SERVICE;
use crate::domain::mail::Mail;
use crate::domain::mail_token::MailToken;
use crate::domain::recipient::Recipient;
use crate::store::{Claim, Mails, NewMail, REQUEST_KEPT_SECONDS, Users};

/// How long a delivery waits for another that is sending the same mail.
const IN_PROGRESS: Duration = Duration::from_secs(2);

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<SendMail>(SERVICE)
}

/// The consumer.
struct SendMail {
    mails: Mails,
    users: Users,
    /// `None` where no mails are to be sent.
    mailer: Option<Mailer>,
    /// The URL of the shop's pages, which mails link to.
    shop_url: Option<String>,
}

events::heard! {
    /// An event that may lead to a mail.
    pub enum MailEvent {
        /// A user has registered.
        UserCreated(UserCreated),
        /// Someone asked for a mail.
        Requested(MailRequested),
        /// The user placed an order.
        OrderCreated(OrderCreated),
        /// The order's stock was settled.
        OrderConfirmed(OrderConfirmed),
        /// The order was cancelled.
        OrderCancelled(OrderCancelled),
    }
}

impl Consumer for SendMail {
    type Event = MailEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self {
            mails: Mails::connect().await?,
            users: Users::from_env()?,
            mailer: Mailer::from_env()?,
            shop_url: aws::optional("SHOP_URL"),
        })
    }

    async fn handle(&self, event: MailEvent) -> Result<(), HandleError> {
        match event {
            MailEvent::UserCreated(event) => {
                let recipient = self.user(&event.data.email, &event.data.user_id).await?;
                self.deliver(&event.id, &Mail::VerifyEmail, recipient.filter(|user| !user.email_verified)).await
            }
            MailEvent::Requested(event) => self.requested(&event).await,
            MailEvent::OrderCreated(Event { id, data, .. }) => {
                self.about_order(&id, data.user_id, Mail::OrderReceived { order_id: data.order_id }).await
            }
            MailEvent::OrderConfirmed(Event { id, data, .. }) => {
                self.about_order(&id, data.user_id, Mail::OrderConfirmed { order_id: data.order_id }).await
            }
            MailEvent::OrderCancelled(Event { id, data, .. }) => {
                let mail = Mail::OrderCancelled { order_id: data.order_id, reason: data.reason };
                self.about_order(&id, data.user_id, mail).await
            }
        }
    }
}

impl SendMail {
    /// Sends the mail that was asked for, and deletes the request, which has the address.
    async fn requested(&self, event: &Event<MailRequested>) -> Result<(), HandleError> {
        let Some(email) = self.mails.requested_address(event).await? else {
            if is_forgotten(event) {
                tracing::warn!(eventId = event.id, "the mail was asked for so long ago that its request is forgotten");
            }
            return Ok(());
        };
        let recipient = match event.data.kind {
            MailKind::PasswordReset => self.mails.recipient(email.as_str()).await?,
            MailKind::VerifyEmail => {
                self.user(email.as_str(), &event.data.user_id).await?.filter(|user| !user.email_verified)
            }
        };
        self.deliver(&event.id, &event.data.kind.into(), recipient).await?;
        Ok(self.mails.delete_request(&email, event).await?)
    }

    /// Sends a mail about an order to a user who has asked for such mails. An address that is not verified may be somebody
    /// else's, whom the user's orders do not concern.
    async fn about_order(&self, event_id: &str, user_id: Option<String>, mail: Mail) -> Result<(), HandleError> {
        // An order without a user is one of an erased user.
        let Some(user_id) = user_id.filter(|_| self.mailer.is_some()) else { return Ok(()) };
        let Some(profile) = self.users.find_by_id(&user_id).await? else { return Ok(()) };
        let recipient = self.user(profile.email.as_str(), &user_id).await?;
        self.deliver(event_id, &mail, recipient.filter(|user| user.mail.orders && user.email_verified)).await
    }

    /// The user of this address, if it is the one with this id: an address may have been registered anew.
    async fn user(&self, email: &str, id: &str) -> Result<Option<Recipient>, HandleError> {
        Ok(self.mails.recipient(email).await?.filter(|user| user.id == id))
    }

    /// Sends a mail, unless it was sent. One whose answer was lost, or whose sender died before it marked the mail as sent, may
    /// be sent again, and counts again: nothing can send and mark at once.
    async fn deliver(&self, event_id: &str, mail: &Mail, recipient: Option<Recipient>) -> Result<(), HandleError> {
        let (Some(mailer), Some(recipient)) = (&self.mailer, recipient) else { return Ok(()) };
        let kind = mail.kind();
        if !recipient.is_reachable() {
            tracing::warn!(userId = recipient.id, kind, "SES can't write to this user's address");
            return Ok(());
        }
        let token = match mail.token_seconds() {
            None => None,
            Some(seconds) => {
                let token = MailToken::new(Uuid::try_parse(&recipient.id)?, Uuid::try_parse(event_id)?)?;
                Some((token, seconds))
            }
        };
        let token = token.as_ref().map(|(token, seconds)| (token, *seconds));
        let new = NewMail { id: event_id, kind, recipient: &recipient, token };
        let claimed = match self.claim(&new).await? {
            Claim::Claimed(claimed) => claimed,
            Claim::InProgress => return Err(HandleError::new("another delivery may be sending the mail")),
            Claim::Sent | Claim::UserGone => return Ok(()),
            Claim::LimitReached => {
                tracing::info!(userId = recipient.id, kind, "the address has had as many mails as it may");
                return Ok(());
            }
        };
        let text = token.map(|(token, _)| token.text()).unwrap_or_default();
        let content = mail.content(&text, self.shop_url.as_deref());
        let to = recipient.email.as_str();
        let mail = mailer::Mail { to, subject: content.subject, text: &content.text, html: &content.html };
        if let Err(error) = mailer.send(&mail).await {
            // Else the claim ends by itself, and counts.
            if error.is_not_sent() {
                self.mails.release(&new, &claimed).await?;
            }
            return Err(error.into());
        }
        tracing::info!(userId = recipient.id, kind, "mail sent");
        Ok(self.mails.mark_sent(&new, &claimed, timestamp::epoch_seconds()).await?)
    }

    /// Claims a mail. One that another delivery of the event claimed is most likely sent in a moment.
    async fn claim(&self, mail: &NewMail<'_>) -> Result<Claim, StoreError> {
        let mut moment = RetryBudget::time(IN_PROGRESS).pauses(Duration::from_millis(100), Duration::from_millis(400));
        loop {
            match self.mails.claim(mail, timestamp::epoch_seconds()).await? {
                Claim::InProgress if moment.pause().await.is_ok() => {}
                claim => return Ok(claim),
            }
        }
    }
}

/// Whether the request of this event may have been deleted because nothing came of it in time.
fn is_forgotten(event: &Event<MailRequested>) -> bool {
    let asked = Uuid::try_parse(&event.id).ok().and_then(|id| id.get_timestamp()).map(|time| time.to_unix().0);
    asked.is_some_and(|asked| asked + REQUEST_KEPT_SECONDS <= timestamp::epoch_seconds())
}

#[cfg(test)]
mod tests;
