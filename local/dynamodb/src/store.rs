//! The SQLite file and the one connection to it, which dynoxide opens.

use std::path::{Path, PathBuf};

use dynoxide::DynoxideError;
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::storage::Storage;
use futures_util::FutureExt;
use rusqlite::Connection;

use crate::stream::written::Written;
use crate::stream::{VIEW_SCHEMA, unchanged};
use crate::tokens::Tokens;
use crate::{Error, tokens, ttl};

/// The open file. Only the engine's thread has it.
pub(crate) struct Store {
    path: PathBuf,
    /// What dynoxide's calls are made on.
    pub storage: Storage,
    /// Vector indexes that are being made.
    pub vectors: VectorIndexLifecycle,
    /// The tokens of transactions.
    pub tokens: Tokens,
    /// The records that a call writes.
    pub written: Written,
}

/// dynoxide takes the highest sequence number of a table at each write and reads records after one. It has no index
/// for either, so a write would cost more with every record kept; with this one it looks at a single row.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_sequence
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// The log's pages (16 MB) before they go into the file: a page that many transactions write goes there once. With SQLite's
/// own 1 000 the file would be written, and flushed to the disk, four times as often.
const CHECKPOINT_PAGES: u32 = 4_000;

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let storage = Storage::new(&path.to_string_lossy())?;
        // Only this sets `synchronous = NORMAL`, and nothing else that isn't SQLite's default. In WAL mode, which
        // dynoxide opens in, NORMAL keeps a committed write through the death of the process and leaves out the
        // fsync per write that guards against the death of the machine.
        storage.disable_bulk_loading()?;
        let connection = storage.conn();
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        for schema in [STREAM_INDEX, VIEW_SCHEMA, unchanged::SCHEMA, ttl::SCHEMA, tokens::SCHEMA] {
            connection.execute_batch(schema)?;
        }
        let (tokens, written) = (Tokens::of(connection)?, Written::of(connection)?);
        Ok(Self { path: path.to_owned(), storage, vectors: VectorIndexLifecycle::new(), tokens, written })
    }

    /// Reading and trimming stream records, and what is kept beside dynoxide's tables. Between dynoxide's calls no
    /// transaction is open on it.
    pub(crate) fn connection(&self) -> &Connection {
        self.storage.conn()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file anew, after a panic.
    pub(crate) fn reopen(&mut self) -> Result<(), Error> {
        // A transaction left open would keep the new connection from writing. Without one this fails.
        let _ = self.connection().execute_batch("ROLLBACK");
        self.tokens.reset();
        *self = Self::open(&self.path)?;
        Ok(())
    }
}

/// The result of one of dynoxide's calls. They are asynchronous for the sake of browsers; on a file none ever waits.
pub(crate) fn made<T>(call: impl Future<Output = Result<T, DynoxideError>>) -> Result<T, DynoxideError> {
    call.now_or_never().unwrap_or_else(|| Err(DynoxideError::InternalServerError("dynoxide waits".to_owned())))
}
