//! A customer's orders, newest first: an index of the orders' table.
//!
//! The index is eventually consistent ("Using Global Secondary Indexes in DynamoDB"): a list may miss an order that was
//! placed a moment ago, while a read by its id finds it.

use aws_sdk_dynamodb::Client;
use tables::{Cursor, StoreError, key, string};

use crate::domain::order::Order;

/// The index of each customer's orders.
pub(super) const INDEX: &str = "newest";

/// Where a page ended: the last order's `createdAt` and id.
pub type Position = Cursor<2>;

/// The list of orders.
#[derive(Debug)]
pub struct OrderList {
    client: Client,
    table: String,
}

impl OrderList {
    /// The list in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The list in the table that `ORDERS_TABLE` names, with its connection opened if possible.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let list = Self::new(tables::client()?, aws::required("ORDERS_TABLE")?);
        aws::warm_up("database", list.newest("ping", None, 1)).await;
        Ok(list)
    }

    /// The customer's newest orders after a position, at most `limit`, and the position of the next page if there may be
    /// one. A page may have fewer orders than `limit` without being the last: one query reads at most 1 MB.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(
        &self,
        user_id: &str,
        after: Option<Position>,
        limit: u32,
    ) -> Result<(Vec<Order>, Option<Position>), StoreError> {
        // One order more than the page shows whether another page follows.
        let one_more = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", string(user_id))
            .scan_index_forward(false)
            .limit(one_more)
            .set_exclusive_start_key(after.map(|position| {
                let [created_at, order_id] = position.into_keys();
                key([("userId", user_id), ("createdAt", &created_at), ("orderId", &order_id)])
            }));
        let output = query.send().await?;
        let mut orders: Vec<Order> = serde_dynamo::from_items(output.items.unwrap_or_default())?;
        let more = orders.len() > limit as usize || output.last_evaluated_key.is_some();
        orders.truncate(limit as usize);
        let next = orders.last().filter(|_| more).map(|last| Cursor::new([&last.created_at, last.order_id.as_str()]));
        Ok((orders, next))
    }
}
