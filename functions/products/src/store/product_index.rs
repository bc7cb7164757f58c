//! The index that products are found by: writing it, and reading its totals.
//!
//! One table with the key `list` and `id`: the postings of a word (`word#lamp`), the lists by price and by name (`price#…`,
//! `name#…`), whose `id` is the product's position, the entry of a product (`product#…`) and the totals (`count`).

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use serde::Deserialize;
use tables::{Cancellation, Item, StoreError, conflict_retries, key, number, string};

use super::Listing;
use crate::domain::index::{Counted, Entry, Posting, SortedRows, Step, Target};
use crate::domain::sale_state::SaleState;

/// Postings that one transaction writes at most: it has 100 items ("TransactWriteItems"), of which the entry, up to four
/// totals, and the rows in sorted lists (four to delete, four to write) take thirteen.
const MAX_POSTINGS: usize = 100 - 13;

/// The `list` of the totals.
const TOTALS: &str = "count";

/// The `id` of the total of all products of a state. A category's has a prefix, so no category is called this.
fn total_of_all(state: SaleState) -> String {
    match state {
        SaleState::Active => "all".to_owned(),
        SaleState::Inactive => "inactive".to_owned(),
    }
}

/// The index's table.
#[derive(Debug)]
pub struct ProductIndex {
    client: Client,
    table: String,
}

#[derive(Deserialize)]
struct TotalItem {
    total: i64,
}

impl ProductIndex {
    /// The index in `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The table that `PRODUCT_INDEX_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("PRODUCT_INDEX_TABLE")?))
    }

    /// How many products a list has. It may trail the products by a moment.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn total(&self, listing: Listing<'_>) -> Result<u64, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(self.total_key(listing)));
        Self::read_total(get.send().await?.item)
    }

    /// The table's name.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The key of a list's total, to read it together with other items.
    pub(super) fn total_key(&self, listing: Listing<'_>) -> Item {
        let id = match listing.category {
            None => total_of_all(listing.state),
            Some(category) => category_total(&listing.state.name(category.as_str())),
        };
        key([("list", TOTALS), ("id", &id)])
    }

    /// The total in its item; 0 if there is none yet.
    pub(super) fn read_total(item: Option<Item>) -> Result<u64, StoreError> {
        let item: Option<TotalItem> = item.map(serde_dynamo::from_item).transpose()?;
        Ok(item.map_or(0, |item| item.total.max(0).unsigned_abs()))
    }

    /// Brings a product's postings and totals to `target`, unless the index has a later revision of the product.
    /// Conflicts are retried within `time_left`.
    ///
    /// # Errors
    /// [`StoreError`]. Steps that were written stay, the entry records them, and the next update goes on from there.
    pub async fn update(&self, id: &str, target: &Target, time_left: Duration) -> Result<(), StoreError> {
        // Most updates are of new products, which have no entry. If there is one, the first try fails and returns it.
        let mut entry: Option<Entry> = None;
        let mut retries = conflict_retries(time_left);
        loop {
            let Some(step) = entry.clone().unwrap_or_default().step_to(target, MAX_POSTINGS) else { return Ok(()) };
            match self.write(id, entry.as_ref(), &step).await? {
                None if step.last => return Ok(()),
                None => entry = Some(step.entry),
                Some(Cancellation::Conflict) => retries.pause().await?,
                // Only the entry has a condition. This is the entry as another try or another invocation left it.
                Some(Cancellation::Conditions(failed)) => {
                    let item = failed.into_iter().find_map(|failed| failed.item);
                    entry = item.map(serde_dynamo::from_item).transpose()?;
                }
            }
        }
    }

    /// Writes a step if the entry is still `seen`; gives the reason if it was not written.
    async fn write(&self, id: &str, seen: Option<&Entry>, step: &Step) -> Result<Option<Cancellation>, StoreError> {
        let mut actions = vec![self.put_entry(id, seen, &step.entry)?];
        for word in &step.delete {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(posting_key(word, id))).build()?;
            actions.push(TransactWriteItem::builder().delete(delete).build());
        }
        for word in &step.put {
            let facts = step.entry.facts.clone().ok_or_else(|| StoreError::item("a posting without facts"))?;
            let mut item: Item = serde_dynamo::to_item(Posting { id: id.to_owned(), facts })?;
            item.extend(posting_key(word, id));
            let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        for (list, position) in &step.delete_sorted {
            let key = key([("list", list), ("id", position)]);
            let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build()?;
            actions.push(TransactWriteItem::builder().delete(delete).build());
        }
        if let Some(SortedRows { positions, keys }) = &step.put_sorted {
            for (list, position) in positions {
                let mut item: Item = serde_dynamo::to_item(keys)?;
                item.extend(key([("list", list), ("id", position)]));
                let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
                actions.push(TransactWriteItem::builder().put(put).build());
            }
        }
        if let Some((before, after)) = &step.counts {
            let state = |counted: &Option<Counted>| counted.as_ref().map(|counted| counted.state);
            let changes_state = state(before) != state(after);
            for (counted, by) in [(before, -1), (after, 1)] {
                let Some(Counted { state, category }) = counted else { continue };
                actions.push(self.add_to_total(category_total(&state.name(category.as_str())), by)?);
                if changes_state {
                    actions.push(self.add_to_total(total_of_all(*state), by)?);
                }
            }
        }
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(None),
            Err(error) => Cancellation::from_error(error).map(Some),
        }
    }

    fn put_entry(&self, id: &str, seen: Option<&Entry>, entry: &Entry) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(entry)?;
        item.extend(entry_key(id));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(id)"),
            Some(seen) => put
                .condition_expression("#step = :seen")
                .expression_attribute_names("#step", "step")
                .expression_attribute_values(":seen", number(seen.step)),
        };
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    fn add_to_total(&self, id: String, by: i64) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("list", string(TOTALS))
            .key("id", string(id))
            .update_expression("ADD #total :by")
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":by", number(by))
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

fn category_total(category: &str) -> String {
    format!("category#{category}")
}

/// The `list` of a word's postings.
pub(super) fn word_list(word: &str) -> String {
    format!("word#{word}")
}

pub(super) fn posting_key(word: &str, id: &str) -> Item {
    key([("list", &word_list(word)), ("id", id)])
}

fn entry_key(id: &str) -> Item {
    key([("list", &format!("product#{id}")), ("id", id)])
}
