//! The holds' table: one item for each order, created in one transaction with the stock it takes, and replaced so when its
//! time is over.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem};
use envelope::timestamp;
use serde::Serialize;
use tables::{Cancellation, Item, StoreError, batch_get, key, number, string};

use super::products::{PROJECTED, projected_names};
use super::transition::{action, change_stock, unchanged};
use crate::domain::hold::Hold;
use crate::domain::product::Product;
use crate::domain::stock_event::StockEvent;

/// How long the hold of an order that was cancelled before anything was held is kept, in seconds: longer than any
/// message about the order can live (14 days in a queue and 14 in its dead-letter queue).
const CANCELLED_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The condition that the order has no hold yet.
const NONE_YET: &str = "attribute_not_exists(orderId)";

/// The holds' table, and the products' table for its stock.
#[derive(Debug)]
pub struct Holds {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) products: String,
}

/// The outcome of creating a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// All its units are held.
    Held,
    /// Nothing was written: the order's hold or a product is not as it was read. Read again.
    Outdated,
    /// Nothing was written: another transaction was at the same items.
    Conflict,
}

/// A new hold as it is stored.
#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    hold: &'a Hold,
    /// Time to live: seconds since the epoch.
    #[serde(rename = "forgetAt", skip_serializing_if = "Option::is_none")]
    forget_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a StockEvent>,
}

impl Holds {
    /// The holds in `table`, of products in the table `products`.
    pub fn new(client: Client, table: String, products: String) -> Self {
        Self { client, table, products }
    }

    /// The tables that `HOLDS_TABLE` and `PRODUCTS_TABLE` name.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("HOLDS_TABLE")?, aws::required("PRODUCTS_TABLE")?))
    }

    /// As [`Holds::from_env`]. A first read opens the connection during start-up, which has a full CPU.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let holds = Self::from_env()?;
        aws::warm_up("database", holds.find("ping")).await;
        Ok(holds)
    }

    /// The hold of an order.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, order_id: &str) -> Result<Option<Hold>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("orderId", string(order_id)).consistent_read(true);
        Ok(get.send().await?.item.map(serde_dynamo::from_item).transpose()?)
    }

    /// The hold of an order and the products with these ids (by id), in one call.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find_with_products(
        &self,
        order_id: &str,
        product_ids: &[String],
    ) -> Result<(Option<Hold>, HashMap<String, Product>), StoreError> {
        let consistent = |keys: Vec<Item>| KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
        let product_keys = product_ids.iter().map(|id| key([("id", id)])).collect();
        let products = consistent(product_keys)
            .projection_expression(PROJECTED)
            .set_expression_attribute_names(Some(projected_names()));
        let requests = HashMap::from([
            (self.table.clone(), consistent(vec![key([("orderId", order_id)])]).build()?),
            (self.products.clone(), products.build()?),
        ]);
        let mut items = batch_get(&self.client, requests).await?;
        let hold = items.remove(&self.table).and_then(|mut items| items.pop());
        let products: Vec<Product> = serde_dynamo::from_items(items.remove(&self.products).unwrap_or_default())?;
        let products = products.into_iter().map(|product| (product.id.clone(), product)).collect();
        Ok((hold.map(serde_dynamo::from_item).transpose()?, products))
    }

    /// Creates a hold, in the place of a `replaced` one if there is one, and takes its units, all lines or none, if every
    /// product still has the line's price. A replaced hold that still has its units is of the same lines: they go over.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create(&self, hold: &Hold, replaced: Option<&Hold>) -> Result<Created, StoreError> {
        let put = self.put(hold, None, None)?;
        let put = match replaced {
            None => put.condition_expression(NONE_YET),
            Some(replaced) => replace(put, replaced),
        };
        let units_go_over = replaced.is_some_and(|replaced| replaced.state.has_units());
        let mut actions = vec![TransactWriteItem::builder().put(put.build()?).build()];
        for line in &hold.items {
            let units = if units_go_over { 0 } else { line.quantity };
            let take = change_stock(&self.products, &line.product_id, units, '-')
                .condition_expression("isActive = :true AND price = :price AND stock >= :quantity")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .expression_attribute_values(":price", number(line.unit_price.cents()));
            actions.push(action(take)?);
        }
        // The SDK gives the call a `ClientRequestToken`, so its own retries take the units once.
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(Created::Held),
            Err(error) => match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => Ok(Created::Outdated),
                Cancellation::Conflict => Ok(Created::Conflict),
            },
        }
    }

    /// Creates a cancelled hold without units for an order that has none. False if the order has a hold by now, or
    /// another transaction was at it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_cancelled(&self, hold: &Hold, event: Option<&StockEvent>) -> Result<bool, StoreError> {
        let forget_at = timestamp::epoch_seconds() + CANCELLED_SECONDS;
        let put = self.put(hold, Some(forget_at), event)?.condition_expression(NONE_YET).build()?;
        let put = TransactWriteItem::builder().put(put).build();
        match self.client.transact_write_items().transact_items(put).send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                Cancellation::from_error(error)?;
                Ok(false)
            }
        }
    }

    fn put(&self, hold: &Hold, forget_at: Option<u64>, event: Option<&StockEvent>) -> Result<PutBuilder, StoreError> {
        let item = serde_dynamo::to_item(NewItem { hold, forget_at, event })?;
        Ok(Put::builder().table_name(&self.table).set_item(Some(item)))
    }
}

/// On the condition that the hold is still as it was read, and has got no later expiry.
fn replace(put: PutBuilder, replaced: &Hold) -> PutBuilder {
    let put = put
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":from", string(replaced.state.as_str()))
        .expression_attribute_values(":generation", number(replaced.generation.number()));
    let condition = unchanged(replaced.generation);
    match replaced.expires_at {
        None => put.condition_expression(condition),
        Some(seen) => put
            .condition_expression(format!("{condition} AND expiresAt = :seen"))
            .expression_attribute_values(":seen", number(seen)),
    }
}
