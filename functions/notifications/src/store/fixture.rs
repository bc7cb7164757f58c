//! A table of notifications for a test, and ways to fill and list it.

use std::time::Duration;

use contracts::payloads::OrderConfirmed;
use events::{Cause, Event};
use idempotency::Requests;
use local_testing::Tables;
use tables::{ErasureMarks, StoreError, conflict_retries};

use super::{Erasure, NotificationList, Notifications};
use crate::SERVICE;
use crate::domain::notifiable_event::NotifiableEvent;
use crate::domain::notification::Notification;
use crate::domain::notification_id::NotificationId;
use crate::domain::read_state::ReadState;

/// The template's tables, empty, and the stores on them.
pub(crate) struct Fixture {
    pub(crate) tables: Tables,
    pub(crate) notifications: Notifications,
    pub(crate) list: NotificationList,
    pub(crate) erased: ErasureMarks,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let tables = Tables::of_template().await;
        let notifications = Notifications::new(tables.client(), "NotificationsTable");
        let list = NotificationList::new(tables.client(), "NotificationsTable");
        let erased = ErasureMarks::new(tables.client(), "NotificationErasuresTable");
        Self { tables, notifications, list, erased }
    }

    pub(crate) fn erasure(&self) -> Erasure {
        Erasure::new(self.tables.client(), "NotificationsTable", self.erased.clone())
    }

    pub(crate) fn requests(&self) -> Requests {
        Requests::new(self.tables.client(), "NotificationRequestsTable")
    }

    /// Adds this user's notification.
    pub(crate) async fn insert(&self, user_id: &str, notification: &Notification) -> Result<(), StoreError> {
        let retries = conflict_retries(Duration::from_secs(5));
        self.notifications.insert(user_id, notification, &self.erased, retries).await
    }

    /// Notifies this user of `count` orders, a millisecond apart. Gives the notifications' ids, newest first.
    pub(crate) async fn notify(&self, user_id: &str, count: usize) -> Vec<NotificationId> {
        let mut ids = Vec::new();
        for order in 0..count {
            let notification = confirmed(user_id, order).notification().unwrap();
            self.insert(user_id, &notification).await.unwrap();
            ids.insert(0, notification.id);
        }
        ids
    }

    /// The ids on all pages of this list, and each page's length.
    pub(crate) async fn pages(
        &self,
        user_id: &str,
        state: Option<ReadState>,
        limit: u32,
    ) -> (Vec<NotificationId>, Vec<usize>) {
        let (mut ids, mut lengths, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let (rows, next) = self.list.newest(user_id, state, after, limit).await.unwrap();
            lengths.push(rows.len());
            ids.extend(rows.into_iter().map(|row| row.id));
            if next.is_none() {
                return (ids, lengths);
            }
            after = next;
        }
    }
}

/// The event that this order is confirmed. Each order's has a time of its own.
pub(crate) fn confirmed(user_id: &str, order: usize) -> NotifiableEvent {
    let time = format!("2026-01-31T12:00:00.{order:03}Z");
    let data = OrderConfirmed { order_id: format!("o{order}"), user_id: Some(user_id.to_owned()) };
    NotifiableEvent::OrderConfirmed(Event::new(SERVICE, data, Cause::request("r1")).at(&time))
}
