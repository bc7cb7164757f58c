//! Making the orders of an erased customer anonymous: amounts, products and state stay, who and where go.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use tables::{ErasureMarks, StoreError, retry_conflicts, string};

use super::order_list::INDEX;
use crate::domain::order_id::OrderId;

/// Orders that are changed at the same time.
const AT_ONCE: usize = 16;

/// The orders' table and the marks of erased customers.
#[derive(Debug)]
pub struct Erasure {
    client: Client,
    table: String,
    erased: ErasureMarks,
}

/// As much of an order as erasing needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    order_id: OrderId,
}

impl Erasure {
    /// The orders in this table, and the marks of erased customers.
    pub fn new(client: Client, table: impl Into<String>, erased: ErasureMarks) -> Self {
        Self { client, table: table.into(), erased }
    }

    /// The tables that `ORDERS_TABLE` and `ERASURES_TABLE` name.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("ORDERS_TABLE")?, ErasureMarks::from_env()?))
    }

    /// Marks a customer as erased: from now on no order of theirs is written.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark(&self, user_id: &str) -> Result<(), StoreError> {
        self.erased.mark(user_id).await
    }

    /// Makes every order of a customer anonymous that their list has. The list is an index, which may miss an order of a
    /// moment ago.
    ///
    /// # Errors
    /// [`StoreError`]. Orders that were done before the failure are in the list no more, and a retry goes on from there.
    pub async fn make_anonymous(&self, user_id: &str) -> Result<(), StoreError> {
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(INDEX)
                .key_condition_expression("userId = :user")
                .expression_attribute_values(":user", string(user_id))
                .projection_expression("orderId")
                .set_exclusive_start_key(start);
            let page = query.send().await?;
            let keys: Vec<Key> = serde_dynamo::from_items(page.items.unwrap_or_default())?;
            let changes = keys.iter().map(|Key { order_id }| self.make_one_anonymous(order_id, user_id));
            stream::iter(changes).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    /// Its event stays, without the customer's id and the request's: it may not be published yet, and settles or returns the
    /// stock. The fingerprint goes because the address went into it, the request's id because earlier versions took one that the
    /// customer typed.
    async fn make_one_anonymous(&self, id: &OrderId, user_id: &str) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("orderId", string(id.as_str()))
            .condition_expression("userId = :user")
            .update_expression(
                "SET fingerprint = :none, #event.requestid = :none \
                 REMOVE userId, shippingAddress, #event.#data.userId, #event.traceparent",
            )
            .expression_attribute_names("#event", events::ATTRIBUTE)
            .expression_attribute_names("#data", "data")
            .expression_attribute_values(":user", string(user_id))
            .expression_attribute_values(":none", string(""));
        match retry_conflicts(async || update.clone().send().await).await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // Another delivery of the same event was faster.
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
