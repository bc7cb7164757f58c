//! What the tests of this crate share.

use events::{Cause, Event, OrderConfirmed};
use local_testing::Tables;

use super::{Notifications, Which};
use crate::SERVICE;
use crate::domain::notification::News;
use crate::domain::notification_id::NotificationId;

/// The notifications' table of a test's own.
pub(crate) struct World {
    pub(crate) tables: Tables,
    pub(crate) notifications: Notifications,
}

impl World {
    pub(crate) async fn new() -> Self {
        let tables = Tables::of_template().await;
        let notifications = Notifications::at(tables.client(), "NotificationsTable");
        Self { tables, notifications }
    }

    /// Tells this user of so many orders, a millisecond apart: the ids, newest first.
    pub(crate) async fn told(&self, user_id: &str, count: usize) -> Vec<NotificationId> {
        let mut ids = Vec::new();
        for order in 0..count {
            let news = confirmed(user_id, order);
            self.notifications.insert(user_id, &news.told().unwrap()).await.unwrap();
            ids.insert(0, news.told().unwrap().id);
        }
        ids
    }

    /// The ids of every page, and each page's length.
    pub(crate) async fn pages(&self, user_id: &str, which: Which, limit: u32) -> (Vec<NotificationId>, Vec<usize>) {
        let (mut ids, mut lengths, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let (rows, next) = self.notifications.newest(user_id, which, after, limit).await.unwrap();
            lengths.push(rows.len());
            ids.extend(rows.into_iter().map(|row| row.id));
            if next.is_none() {
                return (ids, lengths);
            }
            after = next;
        }
    }
}

/// The news, at a time of its own, that this order is confirmed.
pub(crate) fn confirmed(user_id: &str, order: usize) -> News {
    let time = format!("2026-01-31T12:00:00.{order:03}Z");
    let data = OrderConfirmed { order_id: format!("o{order}"), user_id: user_id.to_owned() };
    News::OrderConfirmed(Event::new(SERVICE, data, Cause::request("r1")).at(&time))
}
