//! `PATCH /api/notifications/{id}/read`

use std::process::ExitCode;

use envelope::{Call, Endpoint, EntityTag, Failure, InitError, Reply, serve};
use idempotency::{Effect, Request, Requests};
use tables::action;

use crate::SERVICE;
use crate::domain::notification::Notification;
use crate::domain::notification_id::NotificationId;
use crate::store::Notifications;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ReadNotification>(SERVICE)
}

struct ReadNotification {
    notifications: Notifications,
    requests: Requests,
}

impl Endpoint for ReadNotification {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let user = call.identity()?;
        let key = idempotency::without_body(call)?;
        let not_found = || Failure::not_found("Notification not found");
        let id = NotificationId::parse(call.path_parameter("id")).ok_or_else(not_found)?;
        let condition = call.if_match()?;
        let present = async || {
            let present = self.notifications.find(&user.id, &id).await?.ok_or_else(not_found)?;
            let version = EntityTag::of_data(&present)?;
            // Nothing but the same change could come between this and the write, and if it did, this one is made too
            // (RFC 9110, section 13.1.1).
            match &condition {
                Some(condition) if !condition.holds(&version) => Err(Failure::precondition_failed(&version)),
                _ => Ok(present),
            }
        };
        let Some(key) = key else {
            if condition.is_some() {
                present().await?;
            }
            return reply(&self.notifications.mark_read(&user.id, &id).await?.ok_or_else(not_found)?);
        };
        let request = Request::new(&user.id, "read-notification", key, &id)?;
        let effect = async || {
            let mut notification = present().await?;
            notification.read = true;
            let update = self.notifications.reading(&user.id, &id)?;
            Ok(Effect { actions: vec![action(update)], reply: reply(&notification)? })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

fn reply(notification: &Notification) -> Result<Reply, Failure> {
    let version = EntityTag::of_data(notification)?;
    Ok(Reply::ok("Notification marked as read", notification)?.version(version))
}
