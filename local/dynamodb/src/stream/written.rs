//! Which records of a stream a call wrote: its stories go on with them.

use local_stories::Span;

use crate::store::Store;

const LATEST: &str =
    "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) FROM _stream_records WHERE table_name = ?1";

/// The last sequence number of each table before a write.
pub(crate) fn before<'a>(store: &Store, tables: &'a [String]) -> Vec<(&'a str, i64)> {
    tables.iter().filter_map(|table| Some((table.as_str(), latest(store, table)?))).collect()
}

/// Tells the stories which records the write left.
pub(crate) fn record(store: &Store, before: &[(&str, i64)], span: &Span) {
    for (table, before) in before {
        if let Some(after) = latest(store, table) {
            span.wrote(table, *before, after);
        }
    }
}

/// What can't be read is not told; the write stands.
fn latest(store: &Store, table: &str) -> Option<i64> {
    store.connection().prepare_cached(LATEST).ok()?.query_row([table], |row| row.get::<_, i64>(0)).ok()
}
