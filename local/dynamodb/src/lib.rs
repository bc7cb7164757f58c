//! Amazon DynamoDB on one machine: `dynoxide-rs` embedded, spoken to in process.
//!
//! Requests come in as HTTP messages of the DynamoDB JSON 1.0 protocol ([`DynamoDb::handle`]) from whatever serves
//! the port, so every call can be counted ([`Metering`]), made to fail for a test ([`Faults`]) and announced to readers of a
//! table's stream ([`DynamoDb::writes`], [`StreamReader`]).
//!
//! Everything is kept in one SQLite file. A write that was answered survives `kill -9` of the process.
#![warn(missing_docs)]

mod arn;
mod controls;
mod decode;
mod dispatch;
mod engine;
mod expression;
mod faults;
mod handle;
mod import;
mod look;
mod metering;
mod number_sets;
mod protocol;
mod refusal;
mod store;
mod stream;
mod table_calls;
mod tables;
#[cfg(test)]
mod testing;
mod tokens;
mod transaction;
mod ttl;
mod update_item;
mod writes;

use std::path::Path;
use std::sync::Arc;

use dynoxide::DynoxideError;

use crate::engine::Engine;

pub use crate::controls::Controls;
pub use crate::faults::{Fault, FaultKind, Faults};
pub use crate::metering::{Calls, Metering, UNKNOWN_CALLER, Usage};
pub use crate::stream::{Record, Sequence, StreamReader};
pub use crate::tables::create_table_request;
pub use crate::ttl::TtlSweeper;

/// DynamoDB. A clone is the same DynamoDB.
#[derive(Clone)]
pub struct DynamoDb {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    controls: Controls,
}

/// Why DynamoDB could not be opened, or a table or stream not used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder or the database file can't be used.
    #[error("DynamoDB's data folder {path}: {cause}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// SQLite's own failure.
    #[error("DynamoDB's data file: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// DynamoDB refused what the template asks of it.
    #[error("DynamoDB: {0}")]
    Refused(#[from] DynoxideError),
    /// A table on disk differs from the template in something that can't be changed in place.
    #[error(
        "table {table} in the data folder has another {what} than the template; start with --fresh to make it anew"
    )]
    Changed {
        /// The table's name.
        table: String,
        /// What differs.
        what: &'static str,
    },
    /// The template gives the table no stream.
    #[error("table {0} has no stream: its StreamSpecification is missing")]
    NoStream(String),
    /// No view of the database could be opened.
    #[error("DynamoDB: {0}")]
    Snapshot(#[from] local_snapshots::Error),
    /// The call was lost to a panic, or the database thread could not start.
    #[error("DynamoDB: internal failure: {0}")]
    Internal(String),
}

impl DynamoDb {
    /// Opens the database kept in `folder`, making both where they don't exist.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let file = folder.join("dynamodb.sqlite");
        let private = local_private_files::create_folder(folder).and_then(|()| local_private_files::create_file(&file));
        private.map_err(|error| Error::Folder { path: error.path.display().to_string(), cause: error.cause })?;
        Ok(Self { inner: Arc::new(Inner { engine: Engine::start(&file)?, controls: Controls::default() }) })
    }

    /// Holds all calls until what is given is dropped, and gives a view of the database as it is.
    ///
    /// # Errors
    /// [`Error::Snapshot`], or [`Error::Internal`] once it is closed.
    pub async fn hold(&self) -> Result<local_snapshots::Held, Error> {
        self.inner.engine.hold().await
    }

    /// Closes the database, after the calls that came before. Calls that come later fail.
    pub async fn close(&self) {
        self.inner.engine.close().await;
    }

    /// Failures on demand, counts of calls and news of writes.
    pub fn controls(&self) -> &Controls {
        &self.inner.controls
    }

    /// Call counts and capacity units, by caller and operation.
    pub fn calls(&self) -> &Metering {
        self.inner.controls.calls()
    }

    /// Failures injected for the next calls.
    pub fn faults(&self) -> &Faults {
        self.inner.controls.faults()
    }

    /// A counter that goes up after every successful call that may have written to `table`. For a new receiver, earlier
    /// writes count as seen.
    pub fn writes(&self, table: &str) -> tokio::sync::watch::Receiver<u64> {
        self.inner.controls.writes(table)
    }
}

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
