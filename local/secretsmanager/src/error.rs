//! What can go wrong. No message ever has a part of a value in it.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `ResourceNotFoundException`: no such secret.
    #[error("Secrets Manager can't find the specified secret.")]
    NotFound,
    /// `ResourceNotFoundException`: the secret has no such version.
    #[error("Secrets Manager can't find the specified secret value for {0}")]
    VersionNotFound(String),
    /// `InvalidParameterException`.
    #[error("{0}")]
    InvalidParameter(String),
    /// `InvalidRequestException`: not possible for this secret, or not here.
    #[error("{0}")]
    InvalidRequest(String),
    /// `ResourceExistsException`: the version exists with another value.
    #[error("A resource with the ID you requested already exists: a version can't be given another value.")]
    VersionExists,
    /// Secrets Manager has no such operation.
    #[error("The operation {0} is not one of AWS Secrets Manager.")]
    UnknownOperation(String),
    /// The request's body is not what the operation takes.
    #[error("The request's body is not a valid input of the operation.")]
    Serialization,

    /// `SecretStringTemplate` of a secret is not a JSON object.
    #[error("the SecretStringTemplate of {0} is not a JSON object")]
    Template(String),
    /// A secret is to be made of no characters at all, or to be shorter than the kinds of characters it needs.
    #[error("no value can be made for {0}: too many characters are excluded, or PasswordLength is too small")]
    Impossible(String),
    /// The file of the secrets is damaged or of another version. It is left as it is.
    #[error("{} does not have the form of a file of secrets (line {line})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Where reading it failed.
        line: usize,
    },
    /// The file of the secrets can't be read or written.
    #[error("can't use {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file of the secrets can't be copied into a snapshot.
    #[error(transparent)]
    Snapshot(#[from] local_snapshots::Error),
    /// The work was not done because the service or the runtime is shutting down.
    #[error("shutting down")]
    Stopped,
}
