//! The folder in which a stack keeps its data. Only one stack at a time uses it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use local_private_files as private_files;
use local_snapshots::Snapshots;

use crate::console;
use crate::error::Error;

/// The file that marks a folder whose first start was completed. It is the first to be removed.
const USED: &str = "used";

/// The file with the lines that the seed file printed, such as a login.
const PRINTED: &str = "printed";

/// The file that the running stack holds a lock on.
const LOCK: &str = "lock";

/// The names of the data in the folder: what a snapshot has.
const DATA: [&str; 7] = [USED, PRINTED, "dynamodb", "event-sources", "secretsmanager", "ses", "sqs"];

/// The names of what else a stack creates in it and does without.
const OTHER: [&str; 3] = ["bin", "functions", "logs"];

/// The names of everything that a stack creates in its data folder, except for the lock.
fn kept() -> impl Iterator<Item = &'static str> {
    DATA.into_iter().chain(OTHER).chain([local_snapshots::FOLDER])
}

/// A data folder, locked until this process ends, however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    new: bool,
    snapshots: Snapshots,
    _lock: File,
}

impl DataFolder {
    /// Locks the folder, brings a restore that was cut short to its end, and removes the data if `fresh`. What stacks keep
    /// in it becomes this user's alone; what is odd among the snapshots is told.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::NotAStacks`], [`Error::Shared`], [`Error::Private`], [`Error::Snapshots`] or [`Error::File`].
    pub fn take(path: PathBuf, fresh: bool) -> Result<Self, Error> {
        let failed = |cause: io::Error| Error::File { path: path.clone(), cause };
        private_files::check_folder(&path)?;
        // A stack takes the lock before it creates anything else: without one, `bin` or `logs` are someone else's.
        let foreign = kept().map(|name| path.join(name)).find(|entry| is_there(entry));
        if let Some(foreign) = foreign.filter(|_| !is_there(&path.join(LOCK))) {
            return Err(Error::NotAStacks(foreign));
        }
        if !is_there(&path.join(LOCK)) && is_shared(&path).map_err(failed)? {
            return Err(Error::Shared(path));
        }
        private_files::create_folder(&path)?;
        let lock = private_files::create_file(&path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(path)),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let snapshots = Snapshots::open(&path, &DATA)?;
        // A first start that was cut short may have left half of the seed data. It did not say that it was ready, so
        // nobody relies on that.
        let new = fresh || !is_there(&path.join(USED));
        if new {
            empty(&path).map_err(failed)?;
        }
        for name in DATA.into_iter().chain(OTHER) {
            private_files::restrict(&path.join(name))?;
        }
        for odd in snapshots.restrict()? {
            console::warn(&format!("{odd}; it is left alone"));
        }
        Ok(Self { path, new, snapshots, _lock: lock })
    }

    /// Whether the folder is empty.
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// Keeps the lines that the seed file printed.
    pub fn keep_printed(&self, lines: &[String]) -> Result<(), Error> {
        let path = self.path.join(PRINTED);
        let mut file = private_files::create_file(&path)?;
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        file.write_all(text.as_bytes()).map_err(|cause| Error::File { path, cause })
    }

    /// Its snapshots.
    pub fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    /// The files with data that are in no folder of a service.
    pub fn marks(&self) -> [PathBuf; 2] {
        [USED, PRINTED].map(|name| self.path.join(name))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Marks the folder as complete, seed data included. A start that is killed before this is repeated by the next.
    pub fn mark_used(&self) -> Result<(), Error> {
        private_files::create_file(&self.path.join(USED))?;
        Ok(())
    }

    /// The folder `name`, one of those that are kept, in it; created if it is missing.
    pub fn folder(&self, name: &'static str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        private_files::create_folder(&path)?;
        Ok(path)
    }
}

/// The lines that the seed file printed when the folder was new.
pub fn printed(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_to_string(folder.join(PRINTED)) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether there is an entry of that name, be it a symbolic link that leads nowhere.
fn is_there(entry: &Path) -> bool {
    fs::symlink_metadata(entry).is_ok()
}

/// Whether a folder has files, and others than its owner may enter it: they would be locked out.
fn is_shared(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        metadata => Ok(metadata?.permissions().mode() & 0o077 != 0 && fs::read_dir(path)?.next().is_some()),
    }
}

/// Removes what stacks create, but for the lock, which is held, and the snapshots. Other files stay: the folder may hold the
/// user's own.
fn empty(path: &Path) -> io::Result<()> {
    for name in DATA.into_iter().chain(OTHER) {
        let entry = path.join(name);
        let is_folder = fs::symlink_metadata(&entry).is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_has_one_stack_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::take(folder.path().to_owned(), false).unwrap();
        assert!(matches!(DataFolder::take(folder.path().to_owned(), false), Err(Error::InUse(_))));
        drop(first);
        assert!(DataFolder::take(folder.path().to_owned(), false).is_ok());
    }

    #[test]
    fn fresh_removes_what_stacks_keep_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let first = DataFolder::take(path.to_owned(), false).unwrap();
        fs::write(path.join("my-notes"), "mine").unwrap();
        first.folder("dynamodb").unwrap();
        first.mark_used().unwrap();
        first.snapshots().begin("a".parse().unwrap()).unwrap().keep(time::OffsetDateTime::UNIX_EPOCH).unwrap();
        drop(first);
        let fresh = DataFolder::take(path.to_owned(), true).unwrap();
        assert!(fresh.is_new());
        assert!(!path.join("dynamodb").exists());
        assert!(path.join("my-notes").exists());
        assert_eq!(fresh.snapshots().list().unwrap().len(), 1);
    }

    #[test]
    fn a_link_is_removed_and_what_it_leads_to_stays() {
        let home = tempfile::tempdir().unwrap();
        let (data, notes) = (home.path().join("data"), home.path().join("notes"));
        fs::create_dir(&notes).unwrap();
        fs::write(notes.join("mine"), "mine").unwrap();
        drop(DataFolder::take(data.clone(), false).unwrap());
        symlink(&notes, data.join("logs")).unwrap();
        let fresh = DataFolder::take(data.clone(), true).unwrap();
        assert!(fresh.folder("logs").unwrap().is_dir());
        assert_eq!((fs::read(notes.join("mine")).unwrap(), is_there(&data.join("logs/mine"))), (b"mine".into(), false));
    }

    #[test]
    fn a_folder_with_others_files_under_the_same_names_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).unwrap();
        for fresh in [false, true] {
            let refused = DataFolder::take(folder.path().to_owned(), fresh).unwrap_err();
            assert!(matches!(&refused, Error::NotAStacks(path) if *path == logs), "{refused}");
            assert!(logs.exists());
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        DataFolder::take(folder.path().to_owned(), true).unwrap_err();
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn a_folder_that_others_use_is_not_taken_from_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let mode = |mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(path.join("theirs"), "theirs").unwrap();
        for shared in [0o755, 0o750, 0o1777, 0o701] {
            mode(shared);
            let refused = DataFolder::take(path.to_owned(), false).unwrap_err();
            assert!(matches!(&refused, Error::Shared(refused) if refused == path), "{refused}");
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o1777, shared);
        }
        mode(0o700);
        drop(DataFolder::take(path.to_owned(), false).unwrap());
        // It is a stack's from now on, and restricted again.
        mode(0o755);
        DataFolder::take(path.to_owned(), false).unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
