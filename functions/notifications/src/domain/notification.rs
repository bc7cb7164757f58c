//! A notification.

use serde::{Deserialize, Serialize};

use crate::domain::notification_id::NotificationId;
use crate::domain::read_state::ReadState;

/// A message to one user about their account or one of their orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Unique among the user's notifications; ids sort by time.
    pub id: NotificationId,
    /// Type of the event it is about, such as `order.confirmed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text that the user reads.
    pub message: String,
    /// The order it is about; `None` if it is about the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Whether the user has marked it as read.
    pub read: bool,
    /// When the event happened: RFC 3339, UTC, milliseconds.
    pub created_at: String,
}

impl Notification {
    /// [`Notification::read`] as a [`ReadState`].
    pub fn read_state(&self) -> ReadState {
        if self.read { ReadState::Read } else { ReadState::Unread }
    }
}
