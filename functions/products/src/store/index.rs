//! Writing the index of the products, and reading its counts.
//!
//! One table, key `list` and `id`: the postings of a word (`word#lamp`), the entry of a product (`product#…`), the
//! counts (`count`).

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use serde::Deserialize;
use tables::{Cancellation, StoreError, conflict_retries};

use super::shelf::Shelf;
use super::{Item, number, read, text};
use crate::domain::index::{Entry, Posting, Step, Wanted};

/// Items a transaction takes at most ("TransactWriteItems"), less the entry and the three counts it may change.
const ROOM: usize = 100 - 4;

const COUNTS: &str = "count";

/// The id of the count of all that is for sale. A category's has a prefix, so that none is called this.
const ALL: &str = "all";

/// The index.
#[derive(Debug)]
pub struct Index {
    client: Client,
    table: String,
}

#[derive(Deserialize)]
struct Count {
    total: i64,
}

impl Index {
    /// The table of this name.
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

    /// How many products there are on a shelf, a moment behind.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn total(&self, shelf: Shelf<'_>) -> Result<u64, StoreError> {
        let (table, key) = self.count_of(shelf);
        Self::read_count(self.client.get_item().table_name(table).set_key(Some(key)).send().await?.item)
    }

    /// The table and the key of that count, for who reads more in one call.
    pub(super) fn count_of(&self, shelf: Shelf<'_>) -> (&str, Item) {
        let id = match shelf {
            Shelf::All => ALL.to_owned(),
            Shelf::Category(category) => category_count(category.as_str()),
        };
        (&self.table, Item::from([("list".to_owned(), text(COUNTS)), ("id".to_owned(), text(id))]))
    }

    /// The number in its item.
    pub(super) fn read_count(item: Option<Item>) -> Result<u64, StoreError> {
        let count: Option<Count> = item.map(read).transpose()?;
        Ok(count.map_or(0, |count| count.total.max(0).unsigned_abs()))
    }

    /// Makes the index hold what an image of the product wants, unless it holds what a later one wanted.
    ///
    /// # Errors
    /// [`StoreError`]; the index then is somewhere on the way, and its entry tells where.
    pub async fn bring_to(&self, id: &str, wanted: &Wanted, time_left: Duration) -> Result<(), StoreError> {
        // Most images are of new products, of which nothing is held. If something is, the first try brings it.
        let mut entry: Option<Entry> = None;
        let mut retries = conflict_retries(time_left);
        loop {
            let Some(step) = entry.clone().unwrap_or_default().step_to(wanted, ROOM) else { return Ok(()) };
            match self.transact(id, entry.as_ref(), &step).await? {
                None if step.last => return Ok(()),
                None => entry = Some(step.entry),
                Some(Cancellation::Conflict) => retries.pause().await?,
                // Only the entry has a condition: this is what it is, by an earlier try or by another invocation.
                Some(Cancellation::Conditions(failed)) => {
                    entry = failed.into_iter().find_map(|failed| failed.item).map(read).transpose()?;
                }
            }
        }
    }

    /// Takes a step, if the entry still is what it was; or tells why not.
    async fn transact(&self, id: &str, seen: Option<&Entry>, step: &Step) -> Result<Option<Cancellation>, StoreError> {
        let mut actions = vec![self.put_entry(id, seen, &step.entry)?];
        for word in &step.delete {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(posting_key(word, id)));
            let delete = delete.build().map_err(StoreError::item)?;
            actions.push(TransactWriteItem::builder().delete(delete).build());
        }
        for word in &step.put {
            let facts = step.entry.facts.clone().ok_or_else(|| StoreError::item("postings that tell nothing"))?;
            let mut item: Item =
                serde_dynamo::to_item(Posting { id: id.to_owned(), facts }).map_err(StoreError::item)?;
            item.extend(posting_key(word, id));
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            actions.push(TransactWriteItem::builder().put(put.build().map_err(StoreError::item)?).build());
        }
        if let Some((before, after)) = &step.counts {
            if let Some(category) = before {
                actions.push(self.count(category_count(category.as_str()), -1)?);
            }
            if let Some(category) = after {
                actions.push(self.count(category_count(category.as_str()), 1)?);
            }
            match (before, after) {
                (None, Some(_)) => actions.push(self.count(ALL.to_owned(), 1)?),
                (Some(_), None) => actions.push(self.count(ALL.to_owned(), -1)?),
                _ => {}
            }
        }
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(None),
            Err(error) => Cancellation::from_error(error).map(Some),
        }
    }

    fn put_entry(&self, id: &str, seen: Option<&Entry>, entry: &Entry) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(entry).map_err(StoreError::item)?;
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
        Ok(TransactWriteItem::builder().put(put.build().map_err(StoreError::item)?).build())
    }

    fn count(&self, id: String, by: i64) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("list", text(COUNTS))
            .key("id", text(id))
            .update_expression("ADD #total :by")
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":by", number(by))
            .build()
            .map_err(StoreError::item)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

fn category_count(category: &str) -> String {
    format!("category#{category}")
}

/// The list of a word's postings.
pub(super) fn word_list(word: &str) -> String {
    format!("word#{word}")
}

pub(super) fn posting_key(word: &str, id: &str) -> Item {
    Item::from([("list".to_owned(), text(word_list(word))), ("id".to_owned(), text(id))])
}

fn entry_key(id: &str) -> Item {
    Item::from([("list".to_owned(), text(format!("product#{id}"))), ("id".to_owned(), text(id))])
}
