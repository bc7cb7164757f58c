//! `PATCH /api/notifications/{id}/read`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::notification_id::NotificationId;
use crate::store::Notifications;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ReadNotification>(SERVICE)
}

struct ReadNotification {
    notifications: Notifications,
}

impl Endpoint for ReadNotification {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let user = call.identity()?;
        let not_found = || Failure::not_found("Notification not found");
        let id = NotificationId::parse(call.path_parameter("id")).ok_or_else(not_found)?;
        let notification = self.notifications.mark_read(&user.id, &id).await?.ok_or_else(not_found)?;
        Reply::ok("Notification marked as read", notification)
    }
}
