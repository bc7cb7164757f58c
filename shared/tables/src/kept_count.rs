//! A count of a table's items, kept from the table's stream: reading a list's total never scans, and no write
//! waits on a counter.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use envelope::timestamp;

use crate::StoreError;

/// A stream keeps its records for a day ("Change data capture for DynamoDB Streams"), and so no record comes
/// again after two.
const MARKER_SECONDS: u64 = 2 * 24 * 60 * 60;

/// Markers a transaction takes beside the count (at most 100 items, "Quotas in Amazon DynamoDB").
const CHANGES_A_TRANSACTION: usize = 99;

/// One record of the stream, as far as it changes the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record's `eventID`, the same however often it is delivered.
    pub event_id: String,
    /// `1` for an item inserted, `-1` for one removed.
    pub by: i64,
}

/// A count in a table of counts (key `name`, time to live `expiresAt`).
///
/// Each change is committed in one transaction with a marker of its own: whatever is retried, split or
/// delivered twice counts once. (A last sequence number would be one item instead of many, but it orders the
/// records of one shard only, and a stream event does not say which shard it is from.)
#[derive(Debug, Clone)]
pub struct KeptCount {
    client: Client,
    table: String,
    name: &'static str,
}

impl KeptCount {
    /// The count of this name in this table.
    pub fn new(client: Client, table: String, name: &'static str) -> Self {
        Self { client, table, name }
    }

    /// The count, a moment behind the table it counts.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn total(&self) -> Result<u64, StoreError> {
        let item = self.client.get_item().table_name(&self.table).key("name", text(self.name)).send().await?.item;
        let Some(total) = item.as_ref().and_then(|item| item.get("total")) else { return Ok(0) };
        let total: i64 =
            total.as_n().map_err(|_| StoreError::item("total is no number"))?.parse().map_err(StoreError::item)?;
        Ok(total.max(0).unsigned_abs())
    }

    /// Counts each change that was not counted before.
    ///
    /// # Errors
    /// [`StoreError`]; what was committed until then stays counted, and a retry passes it over.
    pub async fn apply(&self, changes: &[Change]) -> Result<(), StoreError> {
        for changes in changes.chunks(CHANGES_A_TRANSACTION) {
            self.commit(changes).await?;
        }
        Ok(())
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        const TRIES: u32 = 8;
        let mut seen = BTreeSet::new();
        let mut left: Vec<&Change> = changes.iter().filter(|change| seen.insert(&change.event_id)).collect();
        for attempt in 0..TRIES {
            if left.is_empty() {
                return Ok(());
            }
            match self.transaction(&left)?.send().await {
                Ok(_) => return Ok(()),
                Err(error) => match cancelled_for(&error).and_then(|reasons| counted_before(&reasons)) {
                    Some(counted) if counted.is_empty() => tokio::time::sleep(pause(attempt)).await,
                    Some(counted) => {
                        let kept = left.into_iter().enumerate().filter(|(index, _)| !counted.contains(index));
                        left = kept.map(|(_, change)| change).collect();
                    }
                    None => return Err(error.into()),
                },
            }
        }
        Err(StoreError::busy("count contended"))
    }

    fn transaction(
        &self,
        changes: &[&Change],
    ) -> Result<aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder, StoreError>
    {
        let by: i64 = changes.iter().map(|change| change.by).sum();
        let count = Update::builder()
            .table_name(&self.table)
            .key("name", text(self.name))
            .update_expression("ADD #total :by")
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":by", AttributeValue::N(by.to_string()))
            .build()
            .map_err(StoreError::item)?;
        let expires_at = (timestamp::epoch_seconds() + MARKER_SECONDS).to_string();
        let mut items = vec![TransactWriteItem::builder().update(count).build()];
        for change in changes {
            let marker = Put::builder()
                .table_name(&self.table)
                .item("name", text(&format!("{}#{}", self.name, change.event_id)))
                .item("expiresAt", AttributeValue::N(expires_at.clone()))
                .condition_expression("attribute_not_exists(#name)")
                .expression_attribute_names("#name", "name")
                .build()
                .map_err(StoreError::item)?;
            items.push(TransactWriteItem::builder().put(marker).build());
        }
        Ok(self.client.transact_write_items().set_transact_items(Some(items)))
    }
}

/// Before another try: at random up to 10 ms at first and twice that each time, so that those who ran into each
/// other do not again ("Exponential Backoff And Jitter", AWS Architecture Blog: "full jitter").
fn pause(attempt: u32) -> Duration {
    Duration::from_micros(rand::random_range(0..=10_000 << attempt))
}

/// Why each item of a transaction let it be cancelled; `None`, if it failed for any other reason.
fn cancelled_for(error: &SdkError<TransactWriteItemsError>) -> Option<Vec<&str>> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.as_service_error()? else {
        return None;
    };
    Some(cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect())
}

/// Which changes were counted before: none, if the transaction only ran into another one or was throttled; `None`,
/// if trying again will not help. The first reason is the count's own, the rest are the markers'.
fn counted_before(reasons: &[&str]) -> Option<BTreeSet<usize>> {
    const PASSING: &[&str] = &["None", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];
    let (count, markers) = reasons.split_first()?;
    let counted = |reason: &str| reason == "ConditionalCheckFailed";
    let known = PASSING.contains(count) && markers.iter().all(|reason| counted(reason) || PASSING.contains(reason));
    known.then(|| (0..markers.len()).filter(|&index| counted(markers[index])).collect())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[cfg(test)]
mod tests;
