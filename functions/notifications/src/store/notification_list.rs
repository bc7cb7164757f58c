//! A user's notifications, page by page.

use aws_sdk_dynamodb::Client;
use tables::{Cursor, StoreError, string};

use super::item::{READ_STATE_INDEX, READ_STATE_KEY, key, read_state_key, read_state_prefix};
use crate::domain::notification::Notification;
use crate::domain::read_state::ReadState;

/// Where a page ended: the id of its last notification.
pub type Position = Cursor<1>;

/// The lists of the table of notifications.
#[derive(Debug, Clone)]
pub struct NotificationList {
    client: Client,
    table: String,
}

impl NotificationList {
    /// The table of this name, reached through this client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table that `NOTIFICATIONS_TABLE` names, with a first read that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let list = Self::new(tables::client()?, aws::required("NOTIFICATIONS_TABLE")?);
        aws::warm_up("database", list.ping()).await;
        Ok(list)
    }

    /// Reads an empty list: the function's role allows no other read than a query.
    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        self.newest("ping", None, None, 1).await?;
        Ok(())
    }

    /// A user's newest notifications of this state (`None`: of both), at most `limit` of those after a position; and the
    /// position of the next page, if there may be one. (A hundred, the longest page, is far below the 1 MB of one query.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(
        &self,
        user_id: &str,
        state: Option<ReadState>,
        after: Option<Position>,
        limit: u32,
    ) -> Result<(Vec<Notification>, Option<Position>), StoreError> {
        // One row more than the page tells whether another page follows.
        let one_more = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let start = after.map(|position| {
            let [id] = position.into_keys();
            let index_key = state.map(|state| (READ_STATE_KEY.to_owned(), string(read_state_key(state, &id))));
            key(user_id, &id).into_iter().chain(index_key).collect()
        });
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(one_more)
            .expression_attribute_values(":user", string(user_id));
        let query = match state {
            None => query.key_condition_expression("userId = :user"),
            Some(state) => query
                .index_name(READ_STATE_INDEX)
                .key_condition_expression("userId = :user AND begins_with(#readStateKey, :prefix)")
                .expression_attribute_names("#readStateKey", READ_STATE_KEY)
                .expression_attribute_values(":prefix", string(read_state_prefix(state))),
        };
        let output = query.set_exclusive_start_key(start).send().await?;
        let mut rows: Vec<Notification> = serde_dynamo::from_items(output.items.unwrap_or_default())?;
        let more = rows.len() > limit as usize || output.last_evaluated_key.is_some();
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|last| Cursor::new([last.id.as_str()]));
        Ok((rows, next))
    }
}
