//! The folder of mails: a file for each, named after its id.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::{Error, Mail};

/// The end of a mail's file name.
const EXTENSION: &str = "json";

/// A folder of mails.
#[derive(Debug)]
pub(crate) struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    /// The mails in a folder, which is made if it is missing.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        local_private_files::create_folder(folder)
            .map_err(|error| Error::Io { path: error.path, source: error.cause })?;
        Ok(Self { folder: folder.into() })
    }

    /// Keeps a mail. The file appears complete, and a process that is killed loses nothing it said it kept.
    /// `NamedTempFile` makes it with mode 0600.
    pub fn keep(&self, mail: &Mail) -> Result<(), Error> {
        let path = self.path(&mail.id);
        let written = || {
            let mut file = NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer_pretty(&mut file, mail)?;
            file.write_all(b"\n")?;
            file.persist(&path)?;
            Ok(())
        };
        written().map_err(|source| Error::Io { path: path.clone(), source })
    }

    /// The mail of this id.
    pub fn mail(&self, id: &str) -> Result<Option<Mail>, Error> {
        // Nothing else is a name in this folder.
        if id.is_empty() || id.contains(|c: char| !c.is_ascii_hexdigit() && c != '-') {
            return Ok(None);
        }
        read(&self.path(id))
    }

    /// All mails, newest first.
    pub fn mails(&self) -> Result<Vec<Mail>, Error> {
        let mut files = self.files()?;
        files.sort_unstable_by(|one, other| other.cmp(one));
        files.iter().filter_map(|path| read(path).transpose()).collect()
    }

    /// Puts all mails into another folder too.
    pub fn link(&self, folder: &Path) -> Result<(), Error> {
        for file in self.files()? {
            local_snapshots::link(&file, &folder.join(file.file_name().unwrap_or_default()))?;
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let failed = |source| Error::Io { path: self.folder.clone(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                files.push(path);
            }
        }
        Ok(files)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id).with_extension(EXTENSION)
    }
}

/// The mail in a file; `None` if there is no such file.
fn read(path: &Path) -> Result<Option<Mail>, Error> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Io { path: path.into(), source }),
    };
    // The parser's own message would quote the mail.
    let mail = serde_json::from_slice(&text);
    mail.map(Some).map_err(|error| Error::Unreadable { path: path.into(), line: error.line() })
}
