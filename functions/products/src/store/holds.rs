//! The holds' table: one item an order. Each move of a hold is one transaction with the stock that goes along and the
//! event that tells of it.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use envelope::timestamp;
use serde::{Deserialize, Serialize};
use tables::StoreError;

use super::contention::{Cancelled, cancelled};
use super::{Item, number, read, text};
use crate::hold::{Hold, Line, Move, State, StockEvent, Units};
use crate::product::Product;

/// The index of what is held, by when it expires.
const INDEX: &str = "expiring";

/// How long it is remembered that an order was cancelled before anything was held: longer than any message of it
/// may still be on its way (a queue and its dead-letter queue keep one 14 days each).
const CANCELLED_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The holds' table, and the stock in the products' table.
#[derive(Debug)]
pub struct Holds {
    client: Client,
    table: String,
    products: String,
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

/// What became of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Done,
    /// The hold is not in the state the move starts in.
    Changed,
    /// There are not enough units for this line.
    Short {
        /// The line.
        line: Line,
        /// How many units there are.
        available: u64,
    },
    /// Another transaction was in the way.
    Contended,
}

/// The new hold as it is stored: while it is held, the sweep's index has it.
#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    hold: &'a Hold,
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<String>,
    #[serde(rename = "forgetAt", skip_serializing_if = "Option::is_none")]
    forget_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a StockEvent>,
}

/// As much of a product as a refusal tells.
#[derive(Deserialize)]
struct InStock {
    stock: u64,
}

impl Holds {
    /// The holds' table and the products' of these names.
    pub fn new(client: Client, table: String, products: String) -> Self {
        Self { client, table, products }
    }

    /// The tables that `HOLDS_TABLE` and `PRODUCTS_TABLE` name, with a first read that opens the connection while
    /// start-up has the CPU to itself.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let holds =
            Self::new(tables::client()?, aws::required("HOLDS_TABLE")?, aws::required("PRODUCTS_TABLE")?);
        if let Err(error) = holds.find_with("ping", &[]).await {
            tracing::warn!(cause = %error, "no connection to the database yet");
        }
        Ok(holds)
    }

    /// The hold of an order.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, order_id: &str) -> Result<Option<Hold>, StoreError> {
        let get =
            self.client.get_item().table_name(&self.table).key("orderId", text(order_id)).consistent_read(true);
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
        let mut batch =
            self.client.batch_get_item().request_items(&self.table, keys("orderId", &[order_id.to_owned()])?);
        if !product_ids.is_empty() {
            batch = batch.request_items(&self.products, keys("id", product_ids)?);
        }
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
            let take = self
                .stock(line, '-')
                .condition_expression("isActive = :true AND price = :price AND stock >= :quantity")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .expression_attribute_values(":price", number(line.unit_price.cents()));
            actions.push(update(take)?);
        }
        // The SDK gives the call a token of its own ("ClientRequestToken"), so one that it sends again is made once.
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(Placed::Done),
            Err(error) => match cancelled(error)? {
                Cancelled::Conditions(_) => Ok(Placed::Outdated),
                Cancelled::Contended => Ok(Placed::Contended),
            },
        }
    }

    /// Makes a move of a hold, with its units and its event. `until` is when it expires, if it is held from now on.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn make(
        &self,
        hold: &Hold,
        step: Move,
        event: Option<&StockEvent>,
        until: Option<u64>,
    ) -> Result<Made, StoreError> {
        let mut gone: HashSet<String> = HashSet::new();
        loop {
            let lines: Vec<&Line> = match step.units() {
                Units::Stay => Vec::new(),
                Units::Leave | Units::Return => {
                    hold.items.iter().filter(|line| !gone.contains(&line.product_id)).collect()
                }
            };
            let mut actions = vec![update(self.state(hold, step, event, until)?)?];
            for line in &lines {
                actions.push(update(self.units(line, step.units()))?);
            }
            let failed = match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
                Ok(_) => return Ok(Made::Done),
                Err(error) => match cancelled(error)? {
                    Cancelled::Contended => return Ok(Made::Contended),
                    Cancelled::Conditions(failed) => failed,
                },
            };
            let mut short = None;
            for (place, item) in failed {
                let Some(line) = place.checked_sub(1).map(|place| lines[place]) else { return Ok(Made::Changed) };
                if step.units() == Units::Return {
                    // Someone deleted the product by hand: there is nothing its units could go back to.
                    gone.insert(line.product_id.clone());
                } else if short.is_none() {
                    let available = item.map(read::<InStock>).transpose()?.map_or(0, |found| found.stock);
                    short = Some(Made::Short { line: line.clone(), available });
                }
            }
            if let Some(short) = short {
                return Ok(short);
            }
        }
    }

    /// Tells that an expired hold will not be settled. It stays expired. False if it is not expired any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reject(&self, hold: &Hold, event: &StockEvent) -> Result<bool, StoreError> {
        let stay = Move { from: State::Expired, to: State::Expired };
        match self.make(hold, stay, Some(event), None).await? {
            Made::Done => Ok(true),
            Made::Changed | Made::Contended | Made::Short { .. } => Ok(false),
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
                cancelled(error)?;
                Ok(false)
            }
        }
    }

    fn put_new(
        &self,
        hold: &Hold,
        forget_at: Option<u64>,
        event: Option<&StockEvent>,
    ) -> Result<Put, StoreError> {
        let sweep = (hold.state == State::Held).then(|| sweep(&hold.order_id));
        let item = serde_dynamo::to_item(NewItem { hold, sweep, forget_at, event }).map_err(StoreError::item)?;
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(orderId)")
            .build()
            .map_err(StoreError::item)
    }

    fn state(
        &self,
        hold: &Hold,
        step: Move,
        event: Option<&StockEvent>,
        until: Option<u64>,
    ) -> Result<aws_sdk_dynamodb::types::builders::UpdateBuilder, StoreError> {
        let mut set = "SET #state = :to".to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("orderId", text(&hold.order_id))
            .condition_expression("#state = :from")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(step.from.as_str()))
            .expression_attribute_values(":to", text(step.to.as_str()));
        if let Some(event) = event {
            set.push_str(", #event = :event");
            update = update
                .expression_attribute_names("#event", events::ATTRIBUTE)
                .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event).map_err(StoreError::item)?);
        }
        if let Some(until) = until {
            set.push_str(", expiresAt = :until, sweep = :sweep");
            update = update
                .expression_attribute_values(":until", number(until))
                .expression_attribute_values(":sweep", text(sweep(&hold.order_id)));
        } else {
            set.push_str(" REMOVE expiresAt, sweep");
        }
        if let (State::Expired, Some(seen)) = (step.to, hold.expires_at) {
            // Held again meanwhile, until some other time: that is not the hold whose time was over.
            update = update
                .condition_expression("#state = :from AND expiresAt = :seen")
                .expression_attribute_values(":seen", number(seen));
        }
        Ok(update.update_expression(set))
    }

    fn units(&self, line: &Line, units: Units) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        if units == Units::Leave {
            self.stock(line, '-')
                .condition_expression("stock >= :quantity")
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        } else {
            self.stock(line, '+').condition_expression("attribute_exists(id)")
        }
    }

    fn stock(&self, line: &Line, sign: char) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.products)
            .key("id", text(&line.product_id))
            .update_expression(format!("SET stock = stock {sign} :quantity"))
            .expression_attribute_values(":quantity", number(line.quantity))
    }

    /// The orders of one part of the sweep's index whose time was over at `now`: one page, and where the next begins.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn expiring(&self, part: u8, now: u64, after: Expiring) -> Result<(Vec<String>, Expiring), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("sweep = :part AND expiresAt <= :now")
            .expression_attribute_values(":part", text(format!("{part:x}")))
            .expression_attribute_values(":now", number(now))
            .set_exclusive_start_key(after.0)
            .limit(100);
        let page = query.send().await?;
        let mut orders = Vec::new();
        for mut item in page.items.unwrap_or_default() {
            let id = item.remove("orderId").and_then(|id| id.as_s().ok().cloned());
            orders.push(id.ok_or_else(|| StoreError::item("an index row without an order"))?);
        }
        Ok((orders, Expiring(page.last_evaluated_key)))
    }
}

/// A place in the sweep's index.
#[derive(Debug, Default)]
pub struct Expiring(Option<Item>);

impl Expiring {
    /// Parts of the index: held orders are spread over them, so that no one partition takes every order's write.
    pub const PARTS: u8 = 16;

    /// Whether there is nothing after it.
    pub fn is_end(&self) -> bool {
        self.0.is_none()
    }
}

/// The part of the sweep's index an order is in: the last hex digit of its id, which is random (RFC 9562, section 5.7)
/// or of a hash.
fn sweep(order_id: &str) -> String {
    let digit = order_id.chars().next_back().filter(char::is_ascii_hexdigit).unwrap_or('0');
    digit.to_ascii_lowercase().to_string()
}

fn put(put: Put) -> TransactWriteItem {
    TransactWriteItem::builder().put(put).build()
}

fn update(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build().map_err(StoreError::item)?).build())
}
