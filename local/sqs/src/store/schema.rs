//! The tables, and taking over the template's queues at start.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Work, now_ms};
use crate::Error;
use crate::queue::Queues;

/// Of the tables below; another one on disk is not read.
const FORMAT: i64 = 1;

/// `visible` is when a message can be received: in the future while it is delayed or in flight. It is in flight if it
/// has a `receipt`, that of its latest receive at `received`. `arrived_with` is the receive count it came into this queue
/// with, which a redrive policy does not hold against it here.
const TABLES: &str = "
    CREATE TABLE queues (
        name TEXT PRIMARY KEY,
        settings TEXT NOT NULL,
        created INTEGER NOT NULL,
        modified INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        sender TEXT NOT NULL,
        trace_header TEXT,
        group_id TEXT,
        dead_letter_source TEXT,
        sent INTEGER NOT NULL,
        visible INTEGER NOT NULL,
        receipt BLOB,
        received INTEGER,
        first_received INTEGER,
        receive_count INTEGER NOT NULL DEFAULT 0,
        arrived_with INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX messages_by_visibility ON messages (queue, visible);
    CREATE INDEX messages_by_age ON messages (queue, sent);
    CREATE TABLE move_tasks (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        destination TEXT,
        started INTEGER NOT NULL,
        found INTEGER NOT NULL,
        moved INTEGER NOT NULL,
        failure TEXT
    ) STRICT;
    CREATE INDEX move_tasks_by_source ON move_tasks (source, seq);
";

/// The log's pages (16 MB) before they go into the file: a page that many transactions write goes there once.
const CHECKPOINT_PAGES: u32 = 4_000;

/// Opens the file, making what is missing, and takes over the queues' settings.
pub(crate) fn open(path: &Path, queues: &Queues) -> Result<Connection, Error> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(64);

    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match transaction.query_row("PRAGMA user_version", [], |row| row.get(0))? {
        0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
        }
        FORMAT => {}
        other => return Err(Error::Format(other)),
    }
    transaction.commit()?;

    let mut work = Work::begin(&mut connection, now_ms())?;
    register(&mut work, queues)?;
    work.commit()?;
    Ok(connection)
}

/// Notes new queues, changed settings with the time they changed, and when the messages of each queue are due.
fn register(work: &mut Work<'_>, queues: &Queues) -> Result<(), Error> {
    let mut upsert = work.statement(
        "INSERT INTO queues (name, settings, created, modified) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, modified = excluded.modified
         WHERE settings <> excluded.settings",
    )?;
    for queue in queues.iter() {
        let settings = serde_json::json!(queue.attributes()).to_string();
        upsert.execute(params![queue.name(), settings, work.now])?;
    }
    drop(upsert);
    queues.iter().for_each(|queue| work.touch(queue));
    Ok(())
}

/// When a queue was first in the template and when its settings last changed, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamps {
    pub created: i64,
    pub modified: i64,
}

impl Stamps {
    /// Those of the queue called `name`.
    pub fn of(work: &mut Work<'_>, name: &str) -> Result<Self, Error> {
        let mut select = work.statement("SELECT created, modified FROM queues WHERE name = ?1")?;
        Ok(select.query_row([name], |row| Ok(Self { created: row.get(0)?, modified: row.get(1)? }))?)
    }
}
