//! Reading many items by key in one call.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::{Item, StoreError};

/// Keys that one [`batch_get`] takes at most, over all tables ("BatchGetItem").
pub const BATCH_KEYS: usize = 100;

/// The items with the requested keys, by table. They come in no order, and items that do not exist are left out.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Busy`] if DynamoDB left keys unprocessed, as it does when it throttles.
pub async fn batch_get(
    client: &Client,
    requests: HashMap<String, KeysAndAttributes>,
) -> Result<HashMap<String, Vec<Item>>, StoreError> {
    let output = client.batch_get_item().set_request_items(Some(requests)).send().await?;
    if output.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
        return Err(StoreError::busy("unprocessed keys"));
    }
    Ok(output.responses.unwrap_or_default())
}
