//! The holds' table: one item an order, made together with the stock it takes.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem};
use envelope::timestamp;
use serde::Serialize;
use tables::{Cancellation, StoreError};

use super::moves::{stock, update};
use super::{Item, number, read, text};
use crate::domain::hold::{Hold, StockEvent};
use crate::domain::product::Product;

/// How long it is remembered that an order was cancelled before anything was held: longer than any message of it
/// may still be on its way (a queue and its dead-letter queue keep one 14 days each).
const CANCELLED_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The holds' table, and the stock in the products' table.
#[derive(Debug)]
pub struct Holds {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) products: String,
}

/// What became of a new hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// All its units are held.
    Done,
    /// Nothing was: there is a hold now, or a product is not as it was read. Reading again tells.
    Outdated,
    /// Nothing was: another transaction was in the way.
    Contended,
}

/// The new hold as it is stored.
#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    hold: &'a Hold,
    #[serde(rename = "forgetAt", skip_serializing_if = "Option::is_none")]
    forget_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a StockEvent>,
}

impl Holds {
    /// The holds' table and the products' of these names.
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

    /// As [`Holds::from_env`], with a first read that opens the connection while start-up has the CPU to itself.
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
        let get = self.client.get_item().table_name(&self.table).key("orderId", text(order_id)).consistent_read(true);
        get.send().await?.item.map(read).transpose()
    }

    /// The hold of an order and the products of these ids, in one round trip.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find_with(
        &self,
        order_id: &str,
        product_ids: &[String],
    ) -> Result<(Option<Hold>, HashMap<String, Product>), StoreError> {
        let keys = |name: &str, values: &[String]| {
            let keys = values.iter().map(|value| Item::from([(name.to_owned(), text(value))])).collect();
            KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().map_err(StoreError::item)
        };
        let batch = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys("orderId", &[order_id.to_owned()])?)
            .request_items(&self.products, keys("id", product_ids)?);
        let output = batch.send().await?;
        if output.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::busy("unprocessed keys"));
        }
        let mut found = output.responses.unwrap_or_default();
        let hold = found.remove(&self.table).and_then(|mut items| items.pop()).map(read).transpose()?;
        let mut products = HashMap::new();
        for item in found.remove(&self.products).unwrap_or_default() {
            let product: Product = read(item)?;
            products.insert(product.id.clone(), product);
        }
        Ok((hold, products))
    }

    /// Takes the units of a new hold, all lines or none, at the prices it pins.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn place(&self, hold: &Hold) -> Result<Placed, StoreError> {
        let mut actions = vec![put(self.put_new(hold, None, None)?)];
        for line in &hold.items {
            let take = stock(&self.products, line, '-')
                .condition_expression("isActive = :true AND price = :price AND stock >= :quantity")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .expression_attribute_values(":price", number(line.unit_price.cents()));
            actions.push(update(take)?);
        }
        // The SDK gives the call a token of its own ("ClientRequestToken"), so one that it sends again is made once.
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(Placed::Done),
            Err(error) => match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => Ok(Placed::Outdated),
                Cancellation::Conflict => Ok(Placed::Contended),
            },
        }
    }

    /// Writes down that an order of which nothing is held was cancelled. False if something is held.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn remember_cancelled(&self, hold: &Hold, event: Option<&StockEvent>) -> Result<bool, StoreError> {
        let forget_at = timestamp::epoch_seconds() + CANCELLED_SECONDS;
        let marker = put(self.put_new(hold, Some(forget_at), event)?);
        match self.client.transact_write_items().transact_items(marker).send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                Cancellation::from_error(error)?;
                Ok(false)
            }
        }
    }

    fn put_new(&self, hold: &Hold, forget_at: Option<u64>, event: Option<&StockEvent>) -> Result<Put, StoreError> {
        let item = serde_dynamo::to_item(NewItem { hold, forget_at, event }).map_err(StoreError::item)?;
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(orderId)")
            .build()
            .map_err(StoreError::item)
    }
}

fn put(put: Put) -> TransactWriteItem {
    TransactWriteItem::builder().put(put).build()
}
