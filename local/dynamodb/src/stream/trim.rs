//! Letting go of stream records that nobody will read again.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use super::Sequence;
use crate::{DynamoDb, Error};

/// Records removed at a time, so that calls waiting for the engine's thread don't wait long.
const AT_ONCE: usize = 500;

impl DynamoDb {
    /// Removes stream records that are older than `age` and that all readers have passed: `passed` has the position
    /// of the last reader of each table that is read, and a table not in it has no reader. AWS keeps them 24 hours
    /// whether read or not; here a reader that was away for longer still finds its records.
    ///
    /// The last record of a table always stays: the next sequence number is made from it, and none may come twice.
    pub async fn trim_streams(&self, passed: BTreeMap<String, Sequence>, age: Duration) -> Result<usize, Error> {
        let oldest = SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let oldest = oldest.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let tables = self.inner.engine.run(|store| tables(store.connection())).await??;
        let mut removed = 0;
        for table in tables {
            let passed = passed.get(&table).copied();
            loop {
                let table = table.clone();
                let trim = self.inner.engine.run(move |store| trim(store.connection(), &table, passed, oldest));
                let some = trim.await??;
                removed += some;
                if some < AT_ONCE {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT DISTINCT table_name FROM _stream_records")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn trim(connection: &Connection, table: &str, passed: Option<Sequence>, oldest: u64) -> rusqlite::Result<usize> {
    const TRIM: &str = "DELETE FROM _stream_records WHERE id IN (
        SELECT id FROM _stream_records
        WHERE table_name = ?1 AND created_at < ?2
          AND CAST(sequence_number AS INTEGER) <= COALESCE(?3, CAST(sequence_number AS INTEGER))
          AND CAST(sequence_number AS INTEGER) <
              (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1)
        ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?4)";
    let mut statement = connection.prepare_cached(TRIM)?;
    statement.execute((table, i64::try_from(oldest).unwrap_or(i64::MAX), passed, AT_ONCE))
}
