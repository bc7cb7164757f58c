//! Queries on the sparse indexes of the products' table: ids of products, newest first or by price.
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
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
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

/// Ids of products, newest first, found within a budget.
#[derive(Debug)]
pub struct IdPage {
    /// What was found.
    pub ids: Vec<String>,
    /// The last id that was examined, if the budget ran out there: more may follow it.
    pub stopped_at: Option<String>,
}

/// A row of an index by time.
#[derive(Deserialize)]
struct TimeRow {
    id: String,
    price: u64,
}

impl IdPage {
    /// Ids that no budget cut short.
    pub(super) fn complete(ids: Vec<String>) -> Self {
        Self { ids, stopped_at: None }
    }

    /// The ids of several lists in one. Where one of them stopped, nothing is known of its older ids: all lists then end
    /// there.
    pub(super) fn merge(pages: Vec<Self>) -> Self {
        Self::merge_in(true, pages)
    }

    /// As [`IdPage::merge`], of lists in this direction.
    pub(super) fn merge_in(is_descending: bool, pages: Vec<Self>) -> Self {
        let stopped_at = pages.iter().filter_map(|page| page.stopped_at.clone());
        let stopped_at = if is_descending { stopped_at.max() } else { stopped_at.min() };
        let mut ids: Vec<String> = pages.into_iter().flat_map(|page| page.ids).collect();
        ids.sort_unstable();
        if is_descending {
            ids.reverse();
        }
        if let Some(stopped_at) = &stopped_at {
            ids.retain(|id| if is_descending { id >= stopped_at } else { id <= stopped_at });
        }
        // A product that goes from one list to another may be seen in both.
        ids.dedup();
        Self { ids, stopped_at }
    }
}

impl ListingIndex {
    /// The indexes of `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// At most `limit` ids, the newest first. With `after`, only ids older than that one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(
        &self,
        listing: Listing<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self.query_by_time(listing, after).limit(query_limit(limit - ids.len()));
            let page = query.set_exclusive_start_key(start).send().await?;
            take_ids(page.items, &mut ids)?;
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= limit {
                return Ok(ids);
            }
        }
    }

    /// As [`ListingIndex::newest`], only products in a price range; examines at most `budget` rows of the index.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest_in_range(
        &self,
        listing: Listing<'_>,
        prices: PriceRange,
        after: Option<&str>,
        limit: usize,
        budget: usize,
    ) -> Result<IdPage, StoreError> {
        // The first query is small, because the range is known to be common; a second one is as large as is useful.
        let mut rows_per_query = (limit * 4).clamp(100, 1_000);
        let mut rows_left = budget;
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .query_by_time(listing, after)
                .filter_expression("price BETWEEN :min AND :max")
                .expression_attribute_values(":min", number(prices.min))
                .expression_attribute_values(":max", number(prices.max))
                .limit(query_limit(rows_per_query.min(rows_left)));
            let page = query.set_exclusive_start_key(start).send().await?;
            rows_left = rows_left.saturating_sub(usize::try_from(page.scanned_count).unwrap_or_default());
            take_ids(page.items, &mut ids)?;
            start = page.last_evaluated_key;
            if start.is_none() || ids.len() >= limit {
                ids.truncate(limit);
                return Ok(IdPage::complete(ids));
            }
            if rows_left == 0 {
                let stopped_at = start.as_mut().map(take_id).transpose()?;
                return Ok(IdPage { ids, stopped_at });
            }
            rows_per_query = 1_000;
        }
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

    /// The next ids and prices, the oldest first, at most `limit`, and whether these are the last. With `after`, only ids newer
    /// than that one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn oldest(
        &self,
        listing: Listing<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<(String, u64)>, bool), StoreError> {
        let (attribute, partition) = listing.partition();
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(listing.index_by_time())
            .key_condition_expression(match after {
                None => "#partition = :partition",
                Some(_) => "#partition = :partition AND id > :after",
            })
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", string(partition))
            .limit(query_limit(limit));
        let query = match after {
            None => query,
            Some(id) => query.expression_attribute_values(":after", string(id)),
        };
        let page = query.send().await?;
        let rows: Vec<TimeRow> = serde_dynamo::from_items(page.items.unwrap_or_default())?;
        let rows = rows.into_iter().map(|TimeRow { id, price }| (id, price)).collect();
        Ok((rows, page.last_evaluated_key.is_none()))
    }

    fn query_by_time(&self, listing: Listing<'_>, after: Option<&str>) -> QueryFluentBuilder {
        let (attribute, partition) = listing.partition();
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(listing.index_by_time())
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", string(partition))
            .scan_index_forward(false);
        match after {
            None => query.key_condition_expression("#partition = :partition"),
            Some(id) => query
                .key_condition_expression("#partition = :partition AND id < :after")
                .expression_attribute_values(":after", string(id)),
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

#[cfg(test)]
mod tests {
    use super::IdPage;

    fn page(ids: &[&str], stopped_at: Option<&str>) -> IdPage {
        IdPage { ids: ids.iter().map(|id| (*id).to_owned()).collect(), stopped_at: stopped_at.map(str::to_owned) }
    }

    #[test]
    fn lists_are_merged_newest_first_as_far_as_all_of_them_were_read() {
        for (pages, ids, stopped_at) in [
            (vec![page(&["5", "3"], None), page(&["4", "1"], None)], &["5", "4", "3", "1"][..], None),
            (vec![page(&["5", "3"], Some("3")), page(&["4", "1"], None)], &["5", "4", "3"], Some("3")),
            (vec![page(&["5"], Some("2")), page(&["4", "3"], Some("3"))], &["5", "4", "3"], Some("3")),
            (vec![page(&[], Some("6")), page(&["4", "3"], None)], &[], Some("6")),
            (vec![page(&["5", "3"], None), page(&["5", "4"], None)], &["5", "4", "3"], None),
        ] {
            let merged = IdPage::merge(pages);
            assert_eq!(
                (&merged.ids[..], merged.stopped_at.as_deref()),
                (&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()[..], stopped_at)
            );
        }
    }
}
