//! How far each stream's source has come, kept in a SQLite file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_dynamodb::Sequence;
use local_snapshots::Held;
use local_template::{Function, StreamSource};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::{oneshot, watch};
use tokio::task::spawn_blocking;

use crate::Error;

/// The saved positions. A clone is the same file.
#[derive(Clone)]
pub(crate) struct Positions {
    file: PathBuf,
    /// `None` once it is closed.
    connection: Arc<Mutex<Option<Connection>>>,
}

impl Positions {
    /// Opens the file, making it where there is none.
    pub(crate) fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Enough for a saved position to outlive the process; the machine's death may bring a batch again.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS positions (source TEXT PRIMARY KEY, passed INTEGER NOT NULL) WITHOUT ROWID",
        )?;
        Ok(Self { file: file.to_owned(), connection: Arc::new(Mutex::new(Some(connection))) })
    }

    /// The saved position of `source`, or `None` if it was never saved.
    pub(crate) async fn load(&self, source: &str) -> rusqlite::Result<Option<Sequence>> {
        let source = source.to_owned();
        self.run(move |connection| {
            let query = "SELECT passed FROM positions WHERE source = ?1";
            connection.query_row(query, [source], |row| row.get(0)).optional()
        })
        .await
    }

    /// Saves the position of `source`, which never goes back. Once begun it is done even if nobody waits for it, so
    /// one left over from a stopped task may come after those of its successor.
    pub(crate) async fn save(&self, source: &str, passed: Sequence) -> rusqlite::Result<()> {
        let source = source.to_owned();
        self.run(move |connection| {
            let save = "INSERT INTO positions (source, passed) VALUES (?1, ?2)
                ON CONFLICT (source) DO UPDATE SET passed = max(passed, excluded.passed)";
            connection.prepare_cached(save)?.execute((source, passed)).map(drop)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let connection = self.connection.clone();
        let work = move || match &*lock(&connection) {
            Some(connection) => work(connection),
            None => Err(rusqlite::Error::ToSqlConversionFailure("the positions are closed".into())),
        };
        // It neither panics nor is it aborted, short of the runtime's end.
        spawn_blocking(work).await.map_err(|lost| rusqlite::Error::ToSqlConversionFailure(lost.into()))?
    }

    /// Holds all calls, with a view of the file as it is.
    pub(crate) async fn hold(&self) -> Result<Held, Error> {
        let (to, given) = oneshot::channel();
        let Self { file, connection } = self.clone();
        spawn_blocking(move || {
            if let Some(_connection) = &*lock(&connection) {
                local_snapshots::give(&file, to);
            }
        });
        Ok(given.await.map_err(|_| Error::Stopped)??)
    }

    /// Closes the file, after the calls that came before. Calls that come later fail.
    pub(crate) async fn close(&self) {
        let connection = self.connection.clone();
        // It neither panics nor is it aborted, short of the runtime's end.
        let _ = spawn_blocking(move || drop(lock(&connection).take())).await;
    }
}

fn lock(connection: &Mutex<Option<Connection>>) -> MutexGuard<'_, Option<Connection>> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far a source has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Every record up to here is done: handled, filtered out or discarded.
    pub passed: Sequence,
    /// Failures in a row of the batch in hand.
    pub failures: u32,
}

/// The position of one source: kept on disk, and shown to whoever watches it.
pub(crate) struct Position {
    key: String,
    saved: Positions,
    progress: watch::Sender<Progress>,
}

/// The name a source's position is kept under. The table is part of it: another table has other sequence numbers.
pub(crate) fn key(function: &Function, source: &StreamSource) -> String {
    format!("{}/{}/{}", function.name, source.id, source.table)
}

impl Position {
    pub(crate) fn new(key: String, saved: &Positions) -> Self {
        Self { key, saved: saved.clone(), progress: watch::Sender::default() }
    }

    pub(crate) async fn load(&self) -> rusqlite::Result<Option<Sequence>> {
        self.saved.load(&self.key).await
    }

    pub(crate) async fn save(&self, passed: Sequence) -> rusqlite::Result<()> {
        self.saved.save(&self.key, passed).await
    }

    pub(crate) fn begin_at(&self, passed: Sequence) {
        self.progress.send_replace(Progress { passed, failures: 0 });
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(crate) fn passed(&self) -> Sequence {
        self.progress.borrow().passed
    }

    /// Everything up to `passed` is done.
    pub(crate) async fn pass(&self, passed: Sequence) {
        if passed <= self.passed() {
            return;
        }
        if let Err(cause) = self.save(passed).await {
            // Going on costs little: after a restart, what is done would be done again.
            tracing::error!(source = self.key, %cause, "the position could not be saved");
        }
        self.progress.send_replace(Progress { passed, failures: 0 });
    }

    pub(crate) fn failed(&self, failures: u32) {
        self.progress.send_modify(|progress| progress.failures = failures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_position_is_there_after_a_restart_and_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let positions = Positions::open(&folder.path().join("positions.sqlite")).unwrap();
        assert_eq!(positions.load("f/s").await.unwrap(), None);
        let first: Sequence = "100000000000000000007".parse().unwrap();
        let second: Sequence = "100000000000000000009".parse().unwrap();
        for sequence in [first, second, first] {
            positions.save("f/s", sequence).await.unwrap();
        }
        drop(positions);
        let positions = Positions::open(&folder.path().join("positions.sqlite")).unwrap();
        assert_eq!(positions.load("f/s").await.unwrap(), Some(second));
        assert_eq!(positions.load("f/t").await.unwrap(), None);
    }

    #[tokio::test]
    async fn while_it_is_held_nothing_is_saved_and_once_it_is_closed_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("positions.sqlite");
        let positions = Positions::open(&file).unwrap();
        let held = positions.hold().await.unwrap();
        let mut saving = Box::pin(positions.save("f/s", Sequence::START));
        assert!(futures_util::poll!(&mut saving).is_pending());
        drop(held.release());
        saving.await.unwrap();
        positions.close().await;
        // SQLite removes it when the last connection is closed.
        assert!(!folder.path().join("positions.sqlite-wal").exists());
        positions.save("f/s", Sequence::START).await.unwrap_err();
        assert!(matches!(positions.hold().await, Err(Error::Stopped)));
    }
}
