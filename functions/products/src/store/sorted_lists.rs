//! Queries on the lists by price and by name, which `index-products` keeps in the index's table.
//!
//! A list is one partition, and a row's sort key is the product's position: a page is a range of it, however long the list is.

use std::ops::RangeInclusive;

use aws_sdk_dynamodb::Client;
use serde::Deserialize;
use tables::{StoreError, string};

use super::Listing;
use crate::domain::filter::PriceRange;
use crate::domain::index::{SortKeys, SortedBy, list_name};
use crate::domain::sort::price_position;

/// Rows of one query: some 150 bytes each, 500 at most, and so within its 1 MB.
const ROWS_PER_QUERY: usize = 1_000;

/// Sorts before and after every position.
const FIRST: &str = "\u{1}";
const LAST: &str = "\u{10ffff}";

/// The sorted lists in the index's table.
#[derive(Debug)]
pub struct SortedLists {
    client: Client,
    table: String,
}

/// A row of a sorted list.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    /// The product's position.
    #[serde(rename = "id")]
    pub position: String,
    #[serde(flatten)]
    pub keys: SortKeys,
}

/// What to read of a list.
#[derive(Debug, Clone)]
pub(super) struct Section {
    list: String,
    /// Positions, both ends included.
    positions: RangeInclusive<String>,
    is_descending: bool,
    /// A position that is left out.
    excluded: Option<String>,
}

impl Section {
    /// All of a list.
    pub fn of(listing: Listing<'_>, by: SortedBy, is_descending: bool) -> Self {
        let list = list_name(by, listing.state, listing.category);
        Self { list, positions: FIRST.to_owned()..=LAST.to_owned(), is_descending, excluded: None }
    }

    /// The products of a list that are in a price range, sorted by price.
    pub fn in_range(listing: Listing<'_>, prices: PriceRange, is_descending: bool) -> Self {
        let positions = price_position(prices.min, FIRST)..=price_position(prices.max, LAST);
        Self { positions, ..Self::of(listing, SortedBy::Price, is_descending) }
    }

    /// What comes after a position, which may have no row any more.
    #[must_use]
    pub fn after(self, position: Option<&str>) -> Self {
        let Some(position) = position else { return self };
        let (first, last) = self.positions.into_inner();
        // The position itself stays in the range, whose ends are included, and is left out of what is read.
        let position = position.to_owned();
        let excluded = Some(position.clone());
        let positions = if self.is_descending { first..=last.min(position) } else { first.max(position)..=last };
        Self { positions, excluded, ..self }
    }
}

impl SortedLists {
    /// The lists in `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The next rows of a section, at most `limit`, and whether these are the last.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn block(&self, section: &Section, limit: usize) -> Result<(Vec<Row>, bool), StoreError> {
        let (first, last) = (section.positions.start(), section.positions.end());
        if first > last {
            return Ok((Vec::new(), true));
        }
        let limit = limit + usize::from(section.excluded.is_some());
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#list = :list AND id BETWEEN :first AND :last")
            .expression_attribute_names("#list", "list")
            .expression_attribute_values(":list", string(&section.list))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .scan_index_forward(!section.is_descending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.send().await?;
        let mut rows: Vec<Row> = serde_dynamo::from_items(page.items.unwrap_or_default())?;
        if let Some(excluded) = &section.excluded {
            rows.retain(|row| row.position != *excluded);
        }
        Ok((rows, page.last_evaluated_key.is_none()))
    }

    /// The first rows of a section: all of them, or `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn rows(&self, section: &Section, limit: usize) -> Result<Vec<Row>, StoreError> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let rest = section.clone().after(rows.last().map(|row| row.position.as_str()));
            let (mut block, is_last) = self.block(&rest, ROWS_PER_QUERY.min(limit - rows.len())).await?;
            rows.append(&mut block);
            if is_last || rows.len() >= limit {
                rows.truncate(limit);
                return Ok(rows);
            }
        }
    }
}
