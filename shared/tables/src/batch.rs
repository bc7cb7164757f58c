//! Reading many items by key in one call.

use std::collections::HashMap;
use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::{Item, StoreError};

/// Keys that one [`batch_get`] takes at most, over all tables ("BatchGetItem").
pub const BATCH_KEYS: usize = 100;

/// Calls that one [`batch_get`] makes at most.
const MAX_CALLS: u32 = 5;

/// Keys by table.
type Requests = HashMap<String, KeysAndAttributes>;

/// The items with the requested keys, by table. They come in no order, and items that do not exist are left out. Keys that
/// DynamoDB leaves unprocessed, as it does when it throttles or the response would be over 16 MB, are requested again, after
/// a pause that grows ("BatchGetItem").
///
/// # Errors
/// [`StoreError`]; [`StoreError::Busy`] if keys are still unprocessed after the last call.
pub async fn batch_get(client: &Client, requests: Requests) -> Result<HashMap<String, Vec<Item>>, StoreError> {
    let pauses = RetryBudget::tries(MAX_CALLS).pauses(Duration::from_millis(20), Duration::from_millis(320));
    let send = async |requests| Ok(client.batch_get_item().set_request_items(Some(requests)).send().await?);
    gather(send, requests, pauses).await
}

async fn gather(
    send: impl AsyncFn(Requests) -> Result<BatchGetItemOutput, StoreError>,
    mut requests: Requests,
    mut retries: RetryBudget,
) -> Result<HashMap<String, Vec<Item>>, StoreError> {
    let mut found: HashMap<String, Vec<Item>> = HashMap::new();
    loop {
        let output = send(requests).await?;
        for (table, mut items) in output.responses.unwrap_or_default() {
            found.entry(table).or_default().append(&mut items);
        }
        match output.unprocessed_keys {
            Some(unprocessed) if !unprocessed.is_empty() => requests = unprocessed,
            _ => return Ok(found),
        }
        retries.pause().await.map_err(|_| StoreError::busy("unprocessed keys"))?;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::key;

    fn requests(ids: &[&str]) -> Requests {
        let keys = ids.iter().map(|id| key([("id", id)])).collect();
        HashMap::from([("t".to_owned(), KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap())])
    }

    /// The ids that were found, and the number of calls, where each call processes one key.
    async fn gathered(ids: &[&str]) -> (Result<Vec<String>, StoreError>, u32) {
        let calls = Cell::new(0);
        let send = async |requests: Requests| {
            calls.set(calls.get() + 1);
            let mut keys = requests["t"].keys().to_vec();
            let item = keys.remove(0);
            let left: Vec<&str> = keys.iter().map(|key| key["id"].as_s().unwrap().as_str()).collect();
            let output = BatchGetItemOutput::builder().responses("t", vec![item]);
            let unprocessed = (!left.is_empty()).then(|| super::tests::requests(&left));
            Ok(output.set_unprocessed_keys(unprocessed.or_else(|| Some(HashMap::new()))).build())
        };
        let pauses = RetryBudget::tries(MAX_CALLS).pauses(Duration::ZERO, Duration::ZERO);
        let found = gather(send, requests(ids), pauses).await;
        let ids = found.map(|mut found| {
            let items = found.remove("t").unwrap();
            items.iter().map(|item| item["id"].as_s().unwrap().clone()).collect()
        });
        (ids, calls.get())
    }

    #[tokio::test]
    async fn unprocessed_keys_are_requested_again() {
        let (found, calls) = gathered(&["a", "b", "c"]).await;
        assert_eq!((found.unwrap(), calls), (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 3));
        let (found, calls) = gathered(&["a", "b", "c", "d", "e", "f"]).await;
        assert!(matches!(found, Err(StoreError::Busy { .. })), "{found:?}");
        assert_eq!(calls, MAX_CALLS);
    }
}
