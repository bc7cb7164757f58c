//! `export-notifications`: a user's notifications, page by page, for the export of all that is kept about them. The user
//! service calls it.

use std::process::ExitCode;

use contracts::export::{ExportPage, ExportRequest};
use envelope::{Context, Failure, InitError, Rpc, serve_rpc};
use serde_json::value::to_raw_value;
use tables::Cursor;

use crate::SERVICE;
use crate::store::NotificationList;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_rpc::<ExportNotifications>(SERVICE)
}

/// Notifications in a page: less than the 1 MB of one query.
const PAGE: u32 = 1_000;

struct ExportNotifications {
    notifications: NotificationList,
}

impl Rpc for ExportNotifications {
    type Request = ExportRequest;
    type Response = ExportPage;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: NotificationList::connect().await? })
    }

    async fn call(&self, request: ExportRequest, _: &Context) -> Result<ExportPage, Failure> {
        let list = ["export-notifications", &request.user_id];
        let after = request.cursor.map(|text| Cursor::decode(&list, &text)).transpose()?;
        let (notifications, next) = self.notifications.newest(&request.user_id, None, after, PAGE).await?;
        let items = notifications.iter().map(to_raw_value).collect::<Result<_, _>>()?;
        Ok(ExportPage { items, next_cursor: next.map(|next| next.encode(&list)) })
    }
}

#[cfg(test)]
mod tests {
    use envelope::Caller;
    use serde_json::value::RawValue;

    use super::*;
    use crate::domain::notification::Notification;
    use crate::store::fixture::Fixture;

    #[tokio::test]
    async fn every_notification_is_exported_once_and_nobody_else_s() {
        let fixture = Fixture::new().await;
        let ids = fixture.notify("ada", 999).await;
        fixture.notify("bob", 1).await;
        let export = ExportNotifications { notifications: fixture.list.clone() };
        let request = |cursor| ExportRequest {
            user_id: "ada".to_owned(),
            cursor,
            request_id: "r1".to_owned(),
            caller: Caller::default(),
        };
        let page = export.call(request(None), &Context::default()).await.unwrap();
        assert_eq!(page.next_cursor, None);
        let read = |item: &RawValue| serde_json::from_str::<Notification>(item.get()).unwrap().id;
        assert_eq!(page.items.iter().map(|item| read(item)).collect::<Vec<_>>(), ids);
        assert!(serde_json::to_vec(&page).unwrap().len() < 1_000_000);

        let bobs = Cursor::new(["n1"]).encode(&["export-notifications", "bob"]);
        assert!(export.call(request(Some(bobs)), &Context::default()).await.is_err());
    }
}
