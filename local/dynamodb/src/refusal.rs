//! Why a call fails.

use dynoxide::DynoxideError;

/// The error a call is answered with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// An error that dynoxide has.
    #[error(transparent)]
    Engine(#[from] DynoxideError),
    /// The records from this position on are no longer kept.
    #[error("The operation attempted to read past the oldest stream record in a shard.")]
    TrimmedDataAccess,
    /// The table, by its name, whose backups were asked for.
    #[error("Table not found: {0}")]
    TableNotFound(String),
    /// A shard iterator lasts for 15 minutes.
    #[error("Iterator expired")]
    ExpiredIterator,
}

impl Refusal {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Engine(DynoxideError::ValidationException(message.into()))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::Engine(DynoxideError::ResourceNotFoundException(message.into()))
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error.into())
    }
}
