//! A SQLite database as it is at one moment, copied while it goes on being written to.
//!
//! The database is in WAL mode, where a reader sees what was committed when its transaction began. SQLite: "Write-Ahead
//! Logging", "Online Backup API".

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::Error;
use crate::error::Error::Damaged;

/// What a database had at one moment.
#[derive(Debug)]
pub struct View {
    connection: Connection,
    file: PathBuf,
}

/// A view of a database that is not written to until this is dropped.
#[derive(Debug)]
pub struct Held {
    view: View,
    _hold: mpsc::Sender<Infallible>,
}

/// Gives a view of a database away, and waits until whoever got it lets go of the database. To be called by the one thread
/// that writes to it.
pub fn give(file: &Path, to: oneshot::Sender<Result<Held, Error>>) {
    let (hold, released) = mpsc::channel();
    if to.send(View::open(file).map(|view| Held { view, _hold: hold })).is_ok() {
        // Nothing is ever sent: it ends with the sender.
        let _ = released.recv();
    }
}

impl Held {
    /// Lets the database go on.
    #[must_use]
    pub fn release(self) -> View {
        self.view
    }
}

impl View {
    fn open(file: &Path) -> Result<Self, Error> {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        // A transaction sees the database as its first read finds it.
        connection.execute_batch("BEGIN")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Self { connection, file: file.to_owned() })
    }

    /// Copies it into a folder, as a database of the same name.
    ///
    /// # Errors
    /// The copy can't be written.
    pub fn copy_to(&self, folder: &Path) -> Result<(), Error> {
        let copy = folder.join(self.file.file_name().unwrap_or_default());
        local_private_files::create_file(&copy)?;
        let mut copy = Connection::open(copy)?;
        // A copy that is cut short is not used: nothing has to be rolled back, and whoever keeps it syncs it once.
        copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
        Backup::new(&self.connection, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        Ok(())
    }
}

/// Reads a whole database.
///
/// # Errors
/// [`Error::Damaged`]
pub(crate) fn check(file: &Path) -> Result<(), Error> {
    let damaged = |problem: String| Damaged { path: file.to_owned(), problem };
    let found = || -> rusqlite::Result<String> {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
    };
    match found() {
        Ok(found) if found == "ok" => Ok(()),
        Ok(problem) => Err(damaged(problem)),
        Err(error) => Err(damaged(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn database(file: &Path) -> Connection {
        let connection = Connection::open(file).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE numbers (number INTEGER)").unwrap();
        connection
    }

    fn count(file: &Path) -> u64 {
        Connection::open(file).unwrap().query_row("SELECT count(*) FROM numbers", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_copy_is_of_the_moment_of_the_view_whatever_is_written_since() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("db.sqlite");
        let writer = database(&file);
        writer.execute_batch("INSERT INTO numbers VALUES (1)").unwrap();
        let (to, given) = oneshot::channel();
        let giving = std::thread::spawn({
            let file = file.clone();
            move || give(&file, to)
        });
        let held = given.blocking_recv().unwrap().unwrap();
        assert!(!giving.is_finished());
        let view = held.release();
        giving.join().unwrap();
        for number in 0..1_000 {
            writer.execute("INSERT INTO numbers VALUES (?1)", [number]).unwrap();
        }
        let folder = home.path().join("copy");
        fs::create_dir(&folder).unwrap();
        view.copy_to(&folder).unwrap();
        let copy = folder.join("db.sqlite");
        assert_eq!((count(&file), count(&copy)), (1_001, 1));
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        check(&copy).unwrap();
        fs::write(&copy, [b'x'; 8192]).unwrap();
        assert!(matches!(check(&copy), Err(Error::Damaged { .. })));
    }

    #[test]
    fn whoever_does_not_wait_holds_nothing_up() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("db.sqlite");
        let _writer = database(&file);
        let (to, given) = oneshot::channel();
        drop(given);
        give(&file, to);
        let (to, given) = oneshot::channel();
        give(&home.path().join("nothing"), to);
        given.blocking_recv().unwrap().unwrap_err();
    }
}
