//! The SQLite file: dynoxide's connection to it, and one of our own for what dynoxide has no call for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dynoxide::Database;
use rusqlite::Connection;

use crate::stream::{VIEW_SCHEMA, unchanged};
use crate::{Error, ttl};

/// The open file. Only the engine's thread has it.
pub(crate) struct Store {
    path: PathBuf,
    /// Everything that is a DynamoDB call.
    pub database: Database,
    /// Reading and trimming stream records, and what is kept beside dynoxide's tables.
    pub connection: Connection,
}

/// dynoxide takes the highest sequence number of a table at each write and reads records after one. It has no index
/// for either, so a write would cost more with every record kept; with this one it looks at a single row.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_sequence
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let database = Database::new(&path.to_string_lossy())?;
        // Only this sets `synchronous = NORMAL`, and nothing else that isn't SQLite's default. In WAL mode, which
        // dynoxide opens in, NORMAL keeps a committed write through the death of the process and leaves out the
        // fsync per write that guards against the death of the machine.
        database.disable_bulk_loading()?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        for schema in [STREAM_INDEX, VIEW_SCHEMA, unchanged::SCHEMA, ttl::SCHEMA] {
            connection.execute_batch(schema)?;
        }
        Ok(Self { path: path.to_owned(), database, connection })
    }

    /// Opens the file anew, after a panic.
    pub(crate) fn reopen(&mut self) -> Result<(), Error> {
        *self = Self::open(&self.path)?;
        Ok(())
    }
}
