//! Deleting stream records that every source has passed.

use std::collections::BTreeMap;
use std::time::Duration;

use local_dynamodb::{DynamoDb, Sequence};
use local_template::System;

use super::described;
use crate::position::{Positions, key};

/// For each table, the keys of its sources' positions, disabled sources too.
pub(super) fn stream_keys(system: &System) -> BTreeMap<String, Vec<String>> {
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (function, source) in described::streams(system) {
        keys.entry(source.table.clone()).or_default().push(key(function, source));
    }
    keys
}

/// Streams keep their records for a day, and here until every source has passed them.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn trim(keys: BTreeMap<String, Vec<String>>, positions: Positions, dynamodb: DynamoDb) {
    loop {
        match all_passed(&keys, &positions).await {
            Ok(passed) => {
                if let Err(cause) = dynamodb.trim_streams(passed, RETENTION).await {
                    tracing::warn!(%cause, "the streams could not be trimmed");
                }
            }
            Err(cause) => tracing::warn!(%cause, "the positions could not be read"),
        }
        tokio::time::sleep(Duration::from_secs(60 * 60)).await;
    }
}

/// For each table the position that all its sources have saved.
pub(super) async fn all_passed(
    keys: &BTreeMap<String, Vec<String>>,
    positions: &Positions,
) -> rusqlite::Result<BTreeMap<String, Sequence>> {
    let mut passed = BTreeMap::new();
    for (table, keys) in keys {
        let mut lowest = None;
        for key in keys {
            let position = positions.load(key).await?.unwrap_or(Sequence::START);
            lowest = Some(lowest.map_or(position, |lowest: Sequence| lowest.min(position)));
        }
        passed.extend(lowest.map(|lowest| (table.clone(), lowest)));
    }
    Ok(passed)
}
