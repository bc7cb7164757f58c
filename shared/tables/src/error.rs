//! The error of a DynamoDB call.

use std::error::Error;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use envelope::Unavailable;

/// Why a call of a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, timed out or unreachable after every retry: a later call may succeed.
    #[error("DynamoDB is busy ({reason})")]
    Busy {
        /// The cause for the log: an error code or a word.
        reason: String,
        /// Makes the response a 503.
        #[source]
        unavailable: Unavailable,
    },
    /// Refused or malformed, or the table does not exist: the call would fail again.
    #[error("DynamoDB call failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// An item that this service can't have written.
    #[error("an item could not be read")]
    Item(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A call that may succeed later, with the cause for the log.
    pub fn busy(reason: impl Into<String>) -> Self {
        Self::Busy { reason: reason.into(), unavailable: Unavailable { service: "database" } }
    }

    /// An item that can't be read.
    pub fn item(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Item(error.into())
    }
}

/// The error codes after which a retry may succeed ("Error handling with DynamoDB").
const BUSY: &[&str] = &[
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl<E> From<SdkError<E>> for StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::TimeoutError(_) => Self::busy("timeout"),
            SdkError::DispatchFailure(_) => Self::busy("unreachable"),
            SdkError::ServiceError(service) => match service.err().code() {
                Some(code) if BUSY.contains(&code) => Self::busy(code),
                _ => Self::Failed(error.into()),
            },
            _ => Self::Failed(error.into()),
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::item(error)
    }
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Failed(error.into())
    }
}
