//! The file the secrets are in. It is the only state there is: it is read anew for every request, so another process
//! (one that rotates a secret, say) may change it at any time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::Error;
use crate::secret::Record;

/// Of the file; another one is not read.
const FORMAT: u32 = 1;

/// What is in the file.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Contents {
    format: u32,
    /// By the secret's name.
    pub secrets: BTreeMap<String, Record>,
}

/// The file, and a file beside it that whoever changes it holds a lock on.
#[derive(Debug)]
pub(crate) struct Vault {
    folder: PathBuf,
    file: PathBuf,
    lock: PathBuf,
}

impl Vault {
    /// The secrets in a folder, which is made if it is missing.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        local_private_files::create_folder(folder).map_err(private)?;
        Ok(Self { folder: folder.into(), file: folder.join("secrets.json"), lock: folder.join("secrets.lock") })
    }

    /// The secrets as they are.
    pub fn read(&self) -> Result<Contents, Error> {
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Contents { format: FORMAT, secrets: BTreeMap::new() });
            }
            Err(error) => return Err(failed(&self.file)(error)),
        };
        // The parser's own message would quote what it stumbled over, which may be a secret.
        let unreadable = |line| Error::Unreadable { path: self.file.clone(), line };
        let contents: Contents = serde_json::from_slice(&text).map_err(|error| unreadable(error.line()))?;
        if contents.format == FORMAT { Ok(contents) } else { Err(unreadable(1)) }
    }

    /// Copies the file into another folder.
    pub fn copy(&self, folder: &Path) -> Result<(), Error> {
        Ok(local_snapshots::copy(&self.file, &folder.join(self.file.file_name().unwrap_or_default()))?)
    }

    /// Changes the secrets, all at once or, if `change` fails, not at all.
    pub fn change<T>(&self, change: impl FnOnce(&mut Contents) -> Result<T, Error>) -> Result<T, Error> {
        let lock = local_private_files::create_file(&self.lock).map_err(private)?;
        lock.lock().map_err(failed(&self.lock))?;
        let mut contents = self.read()?;
        let outcome = change(&mut contents)?;
        self.replace(&contents).map_err(failed(&self.file))?;
        Ok(outcome)
    }

    /// Puts a new file in the place of the old one: a reader, or a crash, finds the one or the other. `NamedTempFile`
    /// makes it with mode 0600.
    fn replace(&self, contents: &Contents) -> std::io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer_pretty(&mut file, contents)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.file)?;
        File::open(&self.folder)?.sync_all()
    }
}

fn private(error: local_private_files::Error) -> Error {
    Error::Io { path: error.path, source: error.cause }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path: path.clone(), source }
}
