//! `GET /api/notifications/health`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use tables::health;

use crate::SERVICE;
use crate::store::Notifications;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<NotificationsHealth>(SERVICE)
}

struct NotificationsHealth {
    notifications: Notifications,
}

impl Endpoint for NotificationsHealth {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::from_env()? })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        health(SERVICE, self.notifications.ping()).await
    }
}
