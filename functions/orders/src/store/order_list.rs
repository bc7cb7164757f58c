//! A customer's orders, newest first: an index of their table.
//!
//! The index trails the table by a moment ("Global secondary indexes", read consistency): a customer who lists
//! their orders at once may miss the one just placed, which its `Location` shows all the same.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use envelope::InitError;
use tables::{Cursor, StoreError};

use crate::domain::order::Order;

const INDEX: &str = "newest";

/// Where a page ended: when its last order was placed, and that order's id.
pub type Position = Cursor<2>;

/// The list of orders.
#[derive(Debug)]
pub struct OrderList {
    client: Client,
    table: String,
}

impl OrderList {
    /// The list of this table of this client's.
    pub fn at(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The list of the table that `ORDERS_TABLE` names, connected as [`super::Orders::connect`] is.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let list = Self::at(tables::client()?, aws::required("ORDERS_TABLE")?);
        aws::warm_up("database", list.newest("ping", None, 1)).await;
        Ok(list)
    }

    /// This customer's newest orders after a position, at most so many, and the position to go on from if there may
    /// be more. Fewer than asked for are no sign of the end: one call reads at most 1 MB.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(
        &self,
        user_id: &str,
        after: Option<Position>,
        limit: u32,
    ) -> Result<(Vec<Order>, Option<Position>), StoreError> {
        // One row more than the page tells whether another page follows.
        let one_more = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", text(user_id))
            .scan_index_forward(false)
            .limit(one_more)
            .set_exclusive_start_key(after.map(|position| {
                let [created_at, order_id] = position.into_keys();
                [("userId", text(user_id)), ("createdAt", text(&created_at)), ("orderId", text(&order_id))]
                    .map(|(name, value)| (name.to_owned(), value))
                    .into()
            }));
        let output = query.send().await?;
        let mut orders: Vec<Order> =
            serde_dynamo::from_items(output.items.unwrap_or_default()).map_err(StoreError::item)?;
        let more = orders.len() > limit as usize || output.last_evaluated_key.is_some();
        orders.truncate(limit as usize);
        let next = orders.last().filter(|_| more).map(|last| Cursor::new([&last.created_at, last.order_id.as_str()]));
        Ok((orders, next))
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
