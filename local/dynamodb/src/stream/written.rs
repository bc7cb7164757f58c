//! Which records of a stream a call writes: its stories go on with them.
//!
//! A trigger tells of each record as it is inserted, so a write asks the database for nothing more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_stories::Span;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// The connection's own: the file has none.
const TRIGGER: &str = r#"CREATE TEMP TRIGGER IF NOT EXISTS "local:written" AFTER INSERT ON main._stream_records
    BEGIN SELECT local_written(NEW.table_name, CAST(NEW.sequence_number AS INTEGER)); END"#;

/// The first and the last sequence number in each table.
type Records = BTreeMap<String, (i64, i64)>;

/// The records of the call that is being made, if its stories want to know.
pub(crate) struct Written(Arc<Mutex<Option<Records>>>);

impl Written {
    /// Makes the trigger.
    pub(crate) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let records = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&records);
        connection.create_scalar_function("local_written", 2, FunctionFlags::SQLITE_UTF8, move |record| {
            if let Some(records) = lock(&seen).as_mut() {
                let table = record.get_raw(0).as_str().unwrap_or_default();
                let sequence = record.get(1)?;
                match records.get_mut(table) {
                    Some((_, last)) => *last = sequence,
                    None => drop(records.insert(table.to_owned(), (sequence, sequence))),
                }
            }
            Ok(false)
        })?;
        connection.execute_batch(TRIGGER)?;
        Ok(Self(records))
    }

    /// A call begins.
    pub(crate) fn watch(&self) {
        *lock(&self.0) = Some(Records::new());
    }

    /// It has ended: its stories are told which records it left, if it left any.
    pub(crate) fn tell(&self, is_made: bool, span: &Span) {
        let records = lock(&self.0).take().filter(|_| is_made);
        for (table, (first, last)) in records.into_iter().flatten() {
            span.wrote(&table, first - 1, last);
        }
    }
}

fn lock(records: &Mutex<Option<Records>>) -> MutexGuard<'_, Option<Records>> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}
