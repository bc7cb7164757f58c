//! A few rows of a table: those that have expired are removed.
//!
//! dynoxide's own sweep removes what expired at any time in the past, so it is not used.

use dynoxide::DynoxideError;
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::dispatch::dispatch;
use crate::refusal::Refusal;
use crate::store::Store;

/// Rows read at a time.
const ROWS: usize = 25;

/// Seconds that an item's time may be past, five years. DynamoDB, "Using time to live (TTL)": an item that expired longer
/// ago is not deleted, as its time is likely to be in another unit.
const LONGEST: u64 = 5 * 1461 * 86_400 / 4;

/// While there is a row in the table, what is removed is removed by DynamoDB.
pub(crate) const SCHEMA: &str = r#"
CREATE TABLE IF NOT EXISTS "local:ttl_removal" (begun INTEGER);
DELETE FROM "local:ttl_removal";
DROP TRIGGER IF EXISTS "local:ttl_identity";
CREATE TRIGGER "local:ttl_identity" AFTER INSERT ON _stream_records
WHEN NEW.event_name = 'REMOVE' AND EXISTS (SELECT 1 FROM "local:ttl_removal")
BEGIN
    UPDATE _stream_records SET user_identity = '{"type":"Service","principalId":"dynamodb.amazonaws.com"}'
    WHERE id = NEW.id;
END;
"#;

/// The key of a row, as dynoxide stores it.
pub(super) type RowKey = (String, String);

/// What became of a page.
pub(super) struct Page {
    /// Items removed.
    pub removed: usize,
    /// The last row read, if there may be more after it.
    pub last: Option<RowKey>,
}

/// The tables with a TTL.
pub(super) fn tables(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT table_name FROM _tables WHERE ttl_enabled = 1")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// Removes the expired items among the first rows after `after`. `now` is in seconds since 1970.
pub(super) fn sweep_page(store: &Store, table: &str, after: &RowKey, now: u64) -> Result<Page, Error> {
    let end = Page { removed: 0, last: None };
    // The table may be gone since the last page, or its TTL.
    let Some(ttl) = Ttl::of(store.connection(), table)? else { return Ok(end) };
    // A table's name has no quotation mark.
    let query =
        format!(r#"SELECT pk, sk, item_json FROM "{table}" WHERE (pk, sk) > (?1, ?2) ORDER BY pk, sk LIMIT {ROWS}"#);
    let mut rows: Vec<(RowKey, String)> = {
        let mut statement = store.connection().prepare_cached(&query)?;
        let rows = statement.query_map((&after.0, &after.1), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let expired: Vec<Value> = rows.iter().filter_map(|(_, item)| ttl.expired_key(item, now)).collect();
    if !expired.is_empty() {
        store.connection().execute(r#"INSERT INTO "local:ttl_removal" VALUES (1)"#, [])?;
        let removed = expired.iter().try_for_each(|key| remove(store, table, key));
        store.connection().execute(r#"DELETE FROM "local:ttl_removal""#, [])?;
        removed?;
    }
    let last = if rows.len() < ROWS { None } else { rows.pop().map(|(key, _)| key) };
    Ok(Page { removed: expired.len(), last })
}

fn remove(store: &Store, table: &str, key: &Value) -> Result<(), Error> {
    let request = json!({ "TableName": table, "Key": key }).to_string();
    match dispatch(store, "DeleteItem", &request) {
        Some(Ok(_)) => Ok(()),
        Some(Err(Refusal::Engine(error))) => Err(error.into()),
        Some(Err(refusal)) => Err(Error::Internal(refusal.to_string())),
        None => Err(Error::Internal("dynoxide has no DeleteItem".to_owned())),
    }
}

/// A table's TTL.
struct Ttl {
    /// The attribute with the time, in seconds since 1970.
    attribute: String,
    key: Vec<KeyPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyPart {
    attribute_name: String,
}

impl Ttl {
    fn of(connection: &Connection, table: &str) -> Result<Option<Self>, Error> {
        const QUERY: &str = "SELECT ttl_attribute, key_schema FROM _tables WHERE table_name = ?1 AND ttl_enabled = 1";
        let found = connection
            .prepare_cached(QUERY)?
            .query_row([table], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        let Some((attribute, key)) = found else { return Ok(None) };
        let key = serde_json::from_str(&key).map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
        Ok(Some(Self { attribute, key }))
    }

    /// The key of an item that has expired.
    fn expired_key(&self, item: &str, now: u64) -> Option<Value> {
        let mut item: Map<String, Value> = serde_json::from_str(item).ok()?;
        let time = item.get(&self.attribute)?.get("N")?.as_str()?;
        if !expired(time, now) {
            return None;
        }
        let key = self.key.iter().filter_map(|part| item.remove_entry(&part.attribute_name));
        Some(Value::Object(key.collect()))
    }
}

/// Only a whole number is a time.
fn expired(time: &str, now: u64) -> bool {
    time.parse().is_ok_and(|time: u64| time < now && now - time <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_past_for_five_years() {
        const NOW: u64 = 1_800_000_000;
        for (time, is_expired) in [
            (NOW + 1, false),
            (NOW, false),
            (NOW - 1, true),
            (NOW - LONGEST, true),
            (NOW - LONGEST - 1, false),
            (1000, false),
            (0, false),
            // Milliseconds.
            (NOW * 1000, false),
        ] {
            assert_eq!(expired(&time.to_string(), NOW), is_expired, "{time}");
        }
        for no_time in ["-1", "1799999999.5", "", "soon"] {
            assert!(!expired(no_time, NOW), "{no_time}");
        }
    }
}
