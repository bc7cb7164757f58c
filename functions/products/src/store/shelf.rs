//! The products for sale as lists, newest first, read from the sparse indexes of their table.
//!
//! All products for sale are in one partition of each index, and those of a category in one. What is read of a
//! partition is a run of its sort key, so a page costs the same however many products there are.
//!
//! The indexes have keys and prices, and nothing that a sale changes. A partition takes 1 000 write units a second
//! ("Best practices for designing and using partition keys"), and the table is throttled when an index can't keep up
//! ("Global secondary indexes": back pressure): if the lists showed the stock from an index, all orders of the shop
//! together could take no more than that one partition. As it is, a sale writes to its product alone, lists are written
//! by edits, and a page's products are read by key, as they are now, together with the list's kept total.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use tables::StoreError;

use super::{Item, number, text};
use crate::domain::filter::Prices;
use crate::domain::product::Product;
use crate::domain::text::Category;

/// The partition of all that is for sale.
pub(super) const LISTING: &str = "active";

/// Rows a batch of reads takes ("BatchGetItem").
pub(super) const BATCH: usize = 100;

/// What a list is of.
#[derive(Debug, Clone, Copy)]
pub enum Shelf<'a> {
    /// All that is for sale.
    All,
    /// One category of it.
    Category(&'a Category),
}

/// The lists.
#[derive(Debug)]
pub struct Shelves {
    client: Client,
    table: String,
}

/// What was found of a list within a budget.
#[derive(Debug)]
pub struct Listed {
    /// What was found, newest first.
    pub ids: Vec<String>,
    /// The id that was looked at last, if the budget was used up there: the list may go on after it.
    pub stopped_at: Option<String>,
}

impl Listed {
    /// A list that was not stopped short.
    pub(super) fn whole(ids: Vec<String>) -> Self {
        Self { ids, stopped_at: None }
    }
}

impl Shelf<'_> {
    fn partition(self) -> (&'static str, String) {
        match self {
            Self::All => ("listing", LISTING.to_owned()),
            Self::Category(category) => ("categoryListing", category.as_str().to_owned()),
        }
    }

    fn newest(self) -> &'static str {
        match self {
            Self::All => "newest",
            Self::Category(_) => "newest-of-category",
        }
    }

    fn by_price(self) -> &'static str {
        match self {
            Self::All => "price",
            Self::Category(_) => "price-of-category",
        }
    }
}

impl Shelves {
    /// The lists of the products' table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The ids of the newest products, or of the newest before the id `after`; at most `most`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(&self, shelf: Shelf<'_>, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self.newest_query(shelf, after).limit(count(most - ids.len()));
            let page = query.set_exclusive_start_key(start).send().await?;
            for mut item in page.items.unwrap_or_default() {
                ids.push(id_of(&mut item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= most {
                return Ok(ids);
            }
        }
    }

    /// As [`Shelves::newest`], those in a range of prices, as far as looking at `budget` products finds them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest_in(
        &self,
        shelf: Shelf<'_>,
        prices: Prices,
        after: Option<&str>,
        most: usize,
        budget: usize,
    ) -> Result<Listed, StoreError> {
        // Enough at a time to be few calls, and not much more than is wanted.
        let (mut at_once, mut left) = ((most * 4).clamp(100, 1_000), budget);
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .newest_query(shelf, after)
                .filter_expression("price BETWEEN :least AND :most")
                .expression_attribute_values(":least", number(prices.least))
                .expression_attribute_values(":most", number(prices.most))
                .limit(count(at_once.min(left)));
            let page = query.set_exclusive_start_key(start).send().await?;
            left = left.saturating_sub(usize::try_from(page.scanned_count).unwrap_or_default());
            for mut item in page.items.unwrap_or_default() {
                ids.push(id_of(&mut item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= most {
                ids.truncate(most);
                return Ok(Listed::whole(ids));
            }
            if left == 0 {
                let stopped_at = start.as_mut().map(id_of).transpose()?;
                return Ok(Listed { ids, stopped_at });
            }
            at_once = 1_000;
        }
    }

    fn newest_query(&self, shelf: Shelf<'_>, after: Option<&str>) -> QueryFluentBuilder {
        let (attribute, partition) = shelf.partition();
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(shelf.newest())
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", text(partition))
            .scan_index_forward(false);
        match after {
            None => query.key_condition_expression("#partition = :partition"),
            Some(id) => query
                .key_condition_expression("#partition = :partition AND id < :after")
                .expression_attribute_values(":after", text(id)),
        }
    }

    /// The ids of products in a range of prices, by price; at most `most`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ids_in(&self, shelf: Shelf<'_>, prices: Prices, most: usize) -> Result<Vec<String>, StoreError> {
        let (attribute, partition) = shelf.partition();
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(shelf.by_price())
                .key_condition_expression("#partition = :partition AND price BETWEEN :least AND :most")
                .expression_attribute_names("#partition", attribute)
                .expression_attribute_values(":partition", text(&partition))
                .expression_attribute_values(":least", number(prices.least))
                .expression_attribute_values(":most", number(prices.most))
                .limit(count(most - ids.len()));
            let page = query.set_exclusive_start_key(start).send().await?;
            for mut item in page.items.unwrap_or_default() {
                ids.push(id_of(&mut item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= most {
                return Ok(ids);
            }
        }
    }

    /// The products of these ids, in their order; those that are gone are left out.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn rows(&self, ids: &[String]) -> Result<Vec<Product>, StoreError> {
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let mut read = self.batch(HashMap::from([(self.table.clone(), by_id(ids)?)])).await?;
            rows.append(&mut self.products(&mut read, ids)?);
        }
        Ok(rows)
    }

    /// As [`Shelves::rows`], for at least one id and fewer than [`BATCH`], with an item of another table.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn rows_and(
        &self,
        ids: &[String],
        table: &str,
        key: Item,
    ) -> Result<(Vec<Product>, Option<Item>), StoreError> {
        let wanted = HashMap::from([(self.table.clone(), by_id(ids)?), (table.to_owned(), keys(vec![key])?)]);
        let mut read = self.batch(wanted).await?;
        let rows = self.products(&mut read, ids)?;
        Ok((rows, read.remove(table).and_then(|mut items| items.pop())))
    }

    async fn batch(
        &self,
        wanted: HashMap<String, KeysAndAttributes>,
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let output = self.client.batch_get_item().set_request_items(Some(wanted)).send().await?;
        if output.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::busy("unprocessed keys"));
        }
        Ok(output.responses.unwrap_or_default())
    }

    /// Takes the products out of what was read, in the order of their ids.
    fn products(&self, read: &mut HashMap<String, Vec<Item>>, ids: &[String]) -> Result<Vec<Product>, StoreError> {
        let items = read.remove(&self.table).unwrap_or_default();
        let mut rows = items.into_iter().map(super::read).collect::<Result<Vec<Product>, _>>()?;
        rows.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
        Ok(rows)
    }
}

fn by_id(ids: &[String]) -> Result<KeysAndAttributes, StoreError> {
    keys(ids.iter().map(|id| Item::from([("id".to_owned(), text(id))])).collect())
}

fn keys(keys: Vec<Item>) -> Result<KeysAndAttributes, StoreError> {
    KeysAndAttributes::builder().set_keys(Some(keys)).build().map_err(StoreError::item)
}

/// Takes the id out of a row of an index, or of a key of one.
fn id_of(item: &mut Item) -> Result<String, StoreError> {
    let id = item.remove("id").and_then(|id| id.as_s().ok().cloned());
    id.ok_or_else(|| StoreError::item("an index row without an id"))
}

fn count(rows: usize) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}
