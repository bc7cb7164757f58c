//! The response to a TransactWriteItems that was made before.
//!
//! "If you submit a request with the same client token … the number of read capacity units consumed in reading the item" is
//! what `ConsumedCapacity` tells then: so its items are read.

use std::collections::HashMap;

use dynoxide::actions::transact_get_items::{self, TransactGet, TransactGetItem, TransactGetItemsRequest};
use dynoxide::actions::transact_write_items::{
    TransactWriteItem, TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::storage::Storage;
use dynoxide::{DynoxideError, Item};
use serde::Deserialize;

use crate::store::made;

pub(super) fn response(
    storage: &Storage,
    request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    let items = request.transact_items.into_iter().filter_map(|action| target(storage, action).transpose());
    let read = TransactGetItemsRequest {
        transact_items: items.collect::<Result<_, _>>()?,
        return_consumed_capacity: request.return_consumed_capacity,
    };
    let read = made(transact_get_items::execute(storage, read))?;
    Ok(TransactWriteItemsResponse { consumed_capacity: read.consumed_capacity, item_collection_metrics: None })
}

/// The item that an action is about.
fn target(storage: &Storage, action: TransactWriteItem) -> Result<Option<TransactGetItem>, DynoxideError> {
    let TransactWriteItem { put, update, delete, condition_check } = action;
    let (table_name, key) = match (put, update, delete, condition_check) {
        (Some(put), ..) => {
            let key = key(storage, &put.table_name, put.item)?;
            (put.table_name, key)
        }
        (_, Some(update), ..) => (update.table_name, update.key),
        (_, _, Some(delete), _) => (delete.table_name, delete.key),
        (.., Some(check)) => (check.table_name, check.key),
        (None, None, None, None) => return Ok(None),
    };
    Ok(Some(TransactGetItem { get: TransactGet { table_name, key, ..TransactGet::default() } }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyPart {
    attribute_name: String,
}

/// The item's key, or nothing if there is no such table any more: reading will say so.
fn key(storage: &Storage, table: &str, mut item: Item) -> Result<Item, DynoxideError> {
    let Some(table) = storage.get_table_metadata(table)? else { return Ok(HashMap::new()) };
    let parts: Vec<KeyPart> = serde_json::from_str(&table.key_schema)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    Ok(parts.into_iter().filter_map(|part| item.remove_entry(&part.attribute_name)).collect())
}
