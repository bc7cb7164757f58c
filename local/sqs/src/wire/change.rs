//! DeleteMessage, ChangeMessageVisibility, their batches, and PurgeQueue.

use std::sync::Arc;

use serde::Deserialize;

use super::batch::{Batch, Outcome};
use super::call::{Call, Nothing, required};
use super::receive;
use crate::Error;
use crate::store::{self, Receipt};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Change {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Purge {
    queue_url: Option<String>,
}

pub(super) async fn delete(call: &Call<'_>, delete: Delete) -> Result<Nothing, Error> {
    let queue = required(delete.queue_url, "QueueUrl")?;
    call.sqs.delete(&queue, &required(delete.receipt_handle, "ReceiptHandle")?).await?;
    Ok(Nothing {})
}

pub(super) async fn delete_batch(call: &Call<'_>, batch: Batch<Delete>) -> Result<Outcome<Nothing>, Error> {
    let (queue, entries) = batch.open("DeleteMessageBatchRequestEntry")?;
    let queue = Arc::clone(call.sqs.queues().find(&queue)?);
    let batch = call.sqs.store().run(move |work| {
        let mut delete = |input: Delete| {
            let receipt = Receipt::read(&queue, &required(input.receipt_handle, "ReceiptHandle")?)?;
            store::delete(work, &queue, receipt).map(|()| Nothing {})
        };
        Outcome::of(entries.into_iter().map(|entry| (entry.id, delete(entry.input))))
    });
    batch.await
}

pub(super) async fn visibility(call: &Call<'_>, change: Change) -> Result<Nothing, Error> {
    let queue = required(change.queue_url, "QueueUrl")?;
    let handle = required(change.receipt_handle, "ReceiptHandle")?;
    let timeout = receive::seconds(required(change.visibility_timeout, "VisibilityTimeout")?)?;
    call.sqs.change_visibility(&queue, &handle, timeout).await?;
    Ok(Nothing {})
}

pub(super) async fn visibility_batch(call: &Call<'_>, batch: Batch<Change>) -> Result<Outcome<Nothing>, Error> {
    let (queue, entries) = batch.open("ChangeMessageVisibilityBatchRequestEntry")?;
    let queue = Arc::clone(call.sqs.queues().find(&queue)?);
    let batch = call.sqs.store().run(move |work| {
        let mut change = |input: Change| {
            let receipt = Receipt::read(&queue, &required(input.receipt_handle, "ReceiptHandle")?)?;
            let timeout = receive::seconds(required(input.visibility_timeout, "VisibilityTimeout")?)?;
            store::change_visibility(work, &queue, receipt, timeout).map(|()| Nothing {})
        };
        Outcome::of(entries.into_iter().map(|entry| (entry.id, change(entry.input))))
    });
    batch.await
}

/// AWS takes up to a minute for a purge and refuses another meanwhile; here it is over when it is answered.
pub(super) async fn purge(call: &Call<'_>, purge: Purge) -> Result<Nothing, Error> {
    call.sqs.purge(&required(purge.queue_url, "QueueUrl")?).await?;
    Ok(Nothing {})
}
