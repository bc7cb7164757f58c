//! The sections of an export: what this service keeps about a user, and the others on its request.

use std::future::Future;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use contracts::export::{ExportPage, ExportRequest};
use envelope::{Call, Failure};
use identity::Identity;
use serde_json::value::to_raw_value;
use service_client::ServiceClient;

use crate::store::KeptData;

/// What is kept about a user, in the order of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Sessions.
    Sessions,
    /// Mails that were sent.
    Mails,
    /// Guesses at the password.
    FailedLogins,
    /// The sources that the account is used from.
    KnownSources,
    /// The order service's.
    Orders,
    /// The notification service's.
    Notifications,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 6] =
        [Self::Sessions, Self::Mails, Self::FailedLogins, Self::KnownSources, Self::Orders, Self::Notifications];

    /// The section's name in the export and in a cursor.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Mails => "mails",
            Self::FailedLogins => "failedLogins",
            Self::KnownSources => "knownSources",
            Self::Orders => "orders",
            Self::Notifications => "notifications",
        }
    }

    /// Whether this service keeps it.
    pub fn is_own(self) -> bool {
        !matches!(self, Self::Orders | Self::Notifications)
    }

    /// The section of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// The section after it.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().skip_while(|section| *section != self).nth(1)
    }
}

/// The pages of sections: of the tables and the deployed services, or a test's replacement of them.
pub trait Pages {
    /// A page of a section, from the start or from where the page before said. Gives up on another service after `time_budget`.
    ///
    /// # Errors
    /// 502 and 503 as [`ServiceClient::rpc`], 503 if the database is out of reach.
    fn page(
        &self,
        section: Section,
        cursor: Option<String>,
        time_budget: Duration,
    ) -> impl Future<Output = Result<ExportPage, Failure>>;
}

/// Asks for one user.
pub struct Asker<'a> {
    /// What this service keeps.
    pub kept_data: &'a KeptData,
    /// The other services.
    pub services: &'a ExportClient,
    /// The call that is answered.
    pub call: &'a Call,
    /// The user.
    pub user: &'a Identity,
}

impl Pages for Asker<'_> {
    async fn page(
        &self,
        section: Section,
        cursor: Option<String>,
        time_budget: Duration,
    ) -> Result<ExportPage, Failure> {
        let Identity { id, email, .. } = self.user;
        let ExportClient { client, orders, notifications } = self.services;
        let (service, function) = match section {
            Section::Orders => ("order-service", orders),
            Section::Notifications => ("notification-service", notifications),
            own => {
                let (items, next_cursor) = self.kept_data.page(own.name(), id, email, cursor.as_deref()).await?;
                let items = items.iter().map(to_raw_value).collect::<Result<_, _>>()?;
                return Ok(ExportPage { items, next_cursor });
            }
        };
        let request = ExportRequest {
            user_id: id.clone(),
            cursor,
            request_id: self.call.request_id().to_owned(),
            caller: self.call.caller(),
        };
        client.rpc(service, function, &request, time_budget).await
    }
}

/// Calls the deployed `export-orders` and `export-notifications`.
#[derive(Debug)]
pub struct ExportClient {
    client: ServiceClient,
    /// Name or ARN of the order service's function.
    orders: String,
    /// Name or ARN of the notification service's function.
    notifications: String,
}

impl ExportClient {
    /// A client of the functions that `EXPORT_ORDERS_FUNCTION` and `EXPORT_NOTIFICATIONS_FUNCTION` name, with its connection
    /// to Lambda opened if possible.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let client = ServiceClient::new(CATALOGUE)?;
        let orders = aws::required("EXPORT_ORDERS_FUNCTION")?;
        let notifications = aws::required("EXPORT_NOTIFICATIONS_FUNCTION")?;
        aws::warm_up("order service", client.connect(&orders)).await;
        Ok(Self { client, orders, notifications })
    }
}
