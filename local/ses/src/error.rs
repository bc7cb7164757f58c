//! What can go wrong. No message has a part of a mail in it.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A mail's file is damaged. It is left as it is.
    #[error("{} is not the file of a mail (line {line})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Where reading it failed.
        line: usize,
    },
    /// A file or folder can't be read or written.
    #[error("can't use {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A mail can't be put into a snapshot.
    #[error(transparent)]
    Snapshot(#[from] local_snapshots::Error),
    /// The work was not done because the service or the runtime is shutting down.
    #[error("shutting down")]
    Stopped,
}
