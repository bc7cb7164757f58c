//! Why a snapshot can't be taken, used or deleted.

use std::io;
use std::path::{Path, PathBuf};

use crate::Name;

/// How many names an error lists.
const LISTED: usize = 10;

/// An error of a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no name.
    #[error(
        "{0:?} is no name of a snapshot: it has letters, digits, - _ . (100 at most), and begins with a letter or a digit"
    )]
    Name(String),
    /// There is a snapshot of this name.
    #[error("there is a snapshot {0} already")]
    Taken(Name),
    /// There is no snapshot of this name.
    #[error("there is no snapshot {name}; there is {}", listed(others))]
    Unknown {
        /// The name that was asked for.
        name: Name,
        /// Those that there are, the newest first.
        others: Vec<Name>,
    },
    /// The snapshot is of a version of this program that keeps its data differently.
    #[error("the snapshot {0} was taken by another version of this program")]
    Format(Name),
    /// The snapshot is not as it was when it was taken.
    #[error("the snapshot is damaged: {}: {problem}", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file or folder can't be used.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// SQLite's own failure.
    #[error("a database can't be copied: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The first names, and how many more there are.
fn listed(names: &[Name]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let first = names.iter().take(LISTED).map(Name::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(LISTED);
    if more == 0 { first } else { format!("{first} and {more} more") }
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path: path.clone(), cause }
    }
}

impl From<local_private_files::Error> for Error {
    fn from(error: local_private_files::Error) -> Self {
        Self::Io { path: error.path, cause: error.cause }
    }
}
