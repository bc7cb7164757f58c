//! A count of a table's items, kept from the table's stream: a list shows its total without a scan, and no write
//! waits for a counter.

use std::collections::BTreeSet;
use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use envelope::timestamp;
use serde::Deserialize;

use crate::{Cancellation, StoreError, number, string};

/// How long a marker is kept, in seconds. A stream keeps its records for a day ("Change data capture for DynamoDB
/// Streams"), so none is delivered again after two.
const MARKER_SECONDS: u64 = 2 * 24 * 60 * 60;

/// Markers in a transaction beside the count: a transaction has at most 100 items ("Quotas in Amazon DynamoDB").
const CHANGES_A_TRANSACTION: usize = 99;

/// One stream record's effect on the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record's `eventID`, the same at every delivery.
    pub event_id: String,
    /// `1` for an item inserted, `-1` for one removed.
    pub by: i64,
}

/// A count in a table of counts (key `name`, time to live `expiresAt`).
///
/// Each change is committed in one transaction with a marker of its own, so it counts once even if its record is
/// retried, moved to another batch or delivered twice. (The sequence number of the last record would take one item
/// instead of many, but it orders the records of one shard only, and a stream event does not name its shard.)
#[derive(Debug, Clone)]
pub struct KeptCount {
    client: Client,
    table: String,
    name: &'static str,
}

#[derive(Deserialize)]
struct CountItem {
    total: i64,
}

impl KeptCount {
    /// The count called `name` in `table`.
    pub fn new(client: Client, table: String, name: &'static str) -> Self {
        Self { client, table, name }
    }

    /// The number of items, which may trail the table by a moment; 0 before the first change.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn total(&self) -> Result<u64, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("name", string(self.name));
        let item: Option<CountItem> = get.send().await?.item.map(serde_dynamo::from_item).transpose()?;
        Ok(item.map_or(0, |item| item.total.max(0).unsigned_abs()))
    }

    /// Counts each change that is not counted yet.
    ///
    /// # Errors
    /// [`StoreError`]. Changes committed before the failure stay counted, and a retry skips them.
    pub async fn apply(&self, changes: &[Change]) -> Result<(), StoreError> {
        for changes in changes.chunks(CHANGES_A_TRANSACTION) {
            self.commit(changes).await?;
        }
        Ok(())
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        let mut event_ids = BTreeSet::new();
        let mut uncounted: Vec<&Change> = changes.iter().filter(|change| event_ids.insert(&change.event_id)).collect();
        let mut budget = RetryBudget::tries(8).pauses(Duration::from_millis(10), Duration::from_millis(640));
        while !uncounted.is_empty() {
            let Err(error) = self.transaction(&uncounted)?.send().await else { return Ok(()) };
            let before = uncounted.len();
            if let Cancellation::Conditions(failed) = Cancellation::from_error(error)? {
                // A marker that exists means that its change is counted. Action 0 is the count itself.
                let counted: BTreeSet<usize> = failed.iter().map(|failed| failed.action).collect();
                let kept = uncounted.into_iter().enumerate().filter(|(index, _)| !counted.contains(&(index + 1)));
                uncounted = kept.map(|(_, change)| change).collect();
            }
            if uncounted.len() == before {
                budget.pause().await?;
            }
        }
        Ok(())
    }

    fn transaction(&self, changes: &[&Change]) -> Result<TransactWriteItemsFluentBuilder, StoreError> {
        let by: i64 = changes.iter().map(|change| change.by).sum();
        let count = Update::builder()
            .table_name(&self.table)
            .key("name", string(self.name))
            .update_expression("ADD #total :by")
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":by", number(by))
            .build()?;
        let expires_at = timestamp::epoch_seconds() + MARKER_SECONDS;
        let mut actions = vec![TransactWriteItem::builder().update(count).build()];
        for change in changes {
            let marker = Put::builder()
                .table_name(&self.table)
                .item("name", string(format!("{}#{}", self.name, change.event_id)))
                .item("expiresAt", number(expires_at))
                .condition_expression("attribute_not_exists(#name)")
                .expression_attribute_names("#name", "name")
                .build()?;
            actions.push(TransactWriteItem::builder().put(marker).build());
        }
        Ok(self.client.transact_write_items().set_transact_items(Some(actions)))
    }
}
