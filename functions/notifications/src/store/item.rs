//! How a notification is stored.

use serde::Serialize;

use crate::domain::notification::Notification;
use crate::domain::read_state::ReadState;

/// The local index by read state, and its sort key. DynamoDB fixes a table's local indexes when it creates the table, so
/// these keep their first names: others would need a new table and a copy of every row.
pub(super) const READ_STATE_INDEX: &str = "byPile";
/// The attribute that is [`READ_STATE_INDEX`]'s sort key: [`read_state_key`].
pub(super) const READ_STATE_KEY: &str = "pile";

/// An item of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationItem<'a> {
    /// The user to whom the notification belongs.
    user_id: &'a str,
    #[serde(flatten)]
    notification: &'a Notification,
    /// [`READ_STATE_KEY`]
    #[serde(rename = "pile")]
    read_state_key: String,
}

impl<'a> NotificationItem<'a> {
    pub(super) fn new(user_id: &'a str, notification: &'a Notification) -> Self {
        let read_state_key = read_state_key(notification.read_state(), notification.id.as_str());
        Self { user_id, notification, read_state_key }
    }
}

/// The primary key of a user's notification.
pub(super) fn key(user_id: &str, id: &str) -> tables::Item {
    tables::key([("userId", user_id), ("id", id)])
}

/// The sort key in the index: all of one state are together, by time.
pub(super) fn read_state_key(state: ReadState, id: &str) -> String {
    format!("{}{id}", read_state_prefix(state))
}

/// What the sort keys of this state begin with.
pub(super) fn read_state_prefix(state: ReadState) -> String {
    format!("{}#", state.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;
    use crate::domain::notification_id::NotificationId;

    /// Rows of before must stay readable, so the names and values that are stored never change.
    #[test]
    fn a_row_has_the_stored_names() {
        let id = NotificationId::of_event("e1", datetime!(2026-01-31 12:00 UTC));
        let mut notification = Notification {
            id: id.clone(),
            kind: "user.created".to_owned(),
            message: "Welcome, Ada!".to_owned(),
            order_id: None,
            read: false,
            created_at: "2026-01-31T12:00:00.000Z".to_owned(),
        };
        let mut row = json!({
            "userId": "ada",
            "id": id,
            "type": "user.created",
            "message": "Welcome, Ada!",
            "read": false,
            "createdAt": "2026-01-31T12:00:00.000Z",
            "pile": format!("unread#{}", id.as_str()),
        });
        assert_eq!(serde_json::to_value(NotificationItem::new("ada", &notification)).unwrap(), row);
        notification.read = true;
        row["read"] = true.into();
        row[READ_STATE_KEY] = format!("read#{}", id.as_str()).into();
        assert_eq!(serde_json::to_value(NotificationItem::new("ada", &notification)).unwrap(), row);
    }
}
