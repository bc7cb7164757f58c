//! Queries on the sparse indexes of the products' table: ids of products, by time or by price.
//!
//! In each index, all products for sale share one partition, and so do those of one category; products that are not for
//! sale have partitions of their own. A query reads a range of
//! the partition's sort key, so a page costs the same however many products there are.
//!
//! The indexes hold keys and prices, and nothing that a sale changes. A partition takes 1 000 write units a second
//! ("Best practices for designing and using partition keys"), and the table is throttled when an index can't keep up
//! ("Global secondary indexes", back pressure). With the stock in an index, all orders of the shop together would be
//! limited to what that one partition takes. Without it, a sale writes to its product alone and only edits write to the
//! indexes; the products of a page are then read by key.

use aws_sdk_dynamodb::Client;
use serde::Deserialize;
use tables::{Item, StoreError, number, string};

use super::Listing;
use crate::domain::filter::PriceRange;

/// The indexes of the products' table.
#[derive(Debug)]
pub struct ListingIndex {
    pub(super) client: Client,
    pub(super) table: String,
}

/// A row of an index by time.
#[derive(Debug, Deserialize)]
pub(super) struct TimeRow {
    /// The product's id, which is its position.
    pub id: String,
    /// Its price in cents.
    pub price: u64,
}

impl ListingIndex {
    /// The indexes of `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The next rows by time, at most `limit`, and whether these are the last. With `after`, only those behind that id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn by_time(
        &self,
        listing: Listing<'_>,
        is_descending: bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<TimeRow>, bool), StoreError> {
        let (attribute, partition) = listing.partition();
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(listing.index_by_time())
            .key_condition_expression(match (after, is_descending) {
                (None, _) => "#partition = :partition",
                (Some(_), true) => "#partition = :partition AND id < :after",
                (Some(_), false) => "#partition = :partition AND id > :after",
            })
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", string(partition))
            .scan_index_forward(!is_descending)
            .limit(query_limit(limit));
        let query = match after {
            None => query,
            Some(id) => query.expression_attribute_values(":after", string(id)),
        };
        let page = query.send().await?;
        Ok((serde_dynamo::from_items(page.items.unwrap_or_default())?, page.last_evaluated_key.is_none()))
    }

    /// At most `limit` ids of products in a price range, sorted by price.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn by_price(
        &self,
        listing: Listing<'_>,
        prices: PriceRange,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let (attribute, partition) = listing.partition();
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(listing.index_by_price())
                .key_condition_expression("#partition = :partition AND price BETWEEN :min AND :max")
                .expression_attribute_names("#partition", attribute)
                .expression_attribute_values(":partition", string(partition.clone()))
                .expression_attribute_values(":min", number(prices.min))
                .expression_attribute_values(":max", number(prices.max))
                .limit(query_limit(limit - ids.len()));
            let page = query.set_exclusive_start_key(start).send().await?;
            take_ids(page.items, &mut ids)?;
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= limit {
                return Ok(ids);
            }
        }
    }
}

fn take_ids(rows: Option<Vec<Item>>, ids: &mut Vec<String>) -> Result<(), StoreError> {
    for mut row in rows.unwrap_or_default() {
        ids.push(take_id(&mut row)?);
    }
    Ok(())
}

/// Takes the id out of an index row or an index key.
fn take_id(row: &mut Item) -> Result<String, StoreError> {
    let id = row.remove("id").and_then(|id| id.as_s().ok().cloned());
    id.ok_or_else(|| StoreError::item("an index row without an id"))
}

/// `Limit` of a query: DynamoDB takes a 32-bit number.
fn query_limit(rows: usize) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}
