//! What can go wrong: what SQS itself answers, word for word where AWS documents it, and what the machine can't do.

use std::path::PathBuf;

/// The most bytes a message, or all messages of a batch, may have: 1 MiB, attributes included.
/// SQS Developer Guide: "Amazon SQS message quotas".
pub const MAX_MESSAGE_BYTES: usize = 1_048_576;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue is not in the template.
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    /// A queue of this name is there, and this attribute is another.
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    /// The receipt handle was not made by this queue.
    #[error("The input receipt handle \"{0}\" is not a valid receipt handle.")]
    ReceiptHandleIsInvalid(String),
    /// The visibility of a message that nobody holds was to be changed.
    #[error("The specified message isn't in flight.")]
    MessageNotInflight,
    /// A parameter has a value it can't have.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// A required parameter is missing.
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    /// The body has characters that SQS does not carry.
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | \
         #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    /// An attribute that SQS does not know was asked for.
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    /// A batch without entries.
    #[error("There should be at least one {0} in the request.")]
    EmptyBatchRequest(&'static str),
    /// A batch of more than ten entries.
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    /// The messages of a batch are too large together.
    #[error("Batch requests cannot be longer than {MAX_MESSAGE_BYTES} bytes. You have sent {0} bytes.")]
    BatchRequestTooLong(usize),
    /// Two entries of a batch have the same id.
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    /// The id of a batch entry is empty, too long or has other characters.
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    /// A queue named by its ARN in the named parameter is not in the template.
    #[error("The resource that you specified for the {0} parameter doesn't exist.")]
    ResourceNotFound(&'static str),
    /// SQS can do this; this crate can't.
    #[error("{0}")]
    UnsupportedOperation(String),
    /// SQS has no such operation.
    #[error("The operation {0} is not one of Amazon SQS.")]
    UnknownOperation(String),
    /// The request's body is not what the operation takes.
    #[error("{0}")]
    Serialization(serde_json::Error),

    /// The redrive policy of a queue names a queue that is not in the template, or the queue itself.
    #[error("the queue {queue} can't have {target} as its dead-letter queue: it must be another queue of the template")]
    DeadLetterQueue {
        /// The queue whose policy it is.
        queue: String,
        /// The ARN the policy names.
        target: String,
    },
    /// The data folder or the database file can't be made.
    #[error("can't make {}: {source}", path.display())]
    Folder {
        /// The folder or the file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The data was written by another version of this crate.
    #[error("the queues on disk are of format {0}, which this version does not read: start afresh")]
    Format(i64),
    /// The database failed.
    #[error("the queue store failed: {0}")]
    Storage(#[from] rusqlite::Error),
    /// No view of the database could be opened.
    #[error("the queue store: {0}")]
    Snapshot(#[from] local_snapshots::Error),
    /// The thread that owns the database can't be started.
    #[error("can't start the thread of the queue store: {0}")]
    Thread(std::io::Error),
    /// The database is closed.
    #[error("the queue store has stopped")]
    Stopped,
}

impl Error {
    /// `Value V for parameter P is invalid. Reason: R`, as SQS words it.
    pub(crate) fn invalid(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Self {
        Self::InvalidParameterValue(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
    }

    /// Whether the machine failed, rather than the request being wrong.
    pub(crate) fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::DeadLetterQueue { .. }
                | Self::Folder { .. }
                | Self::Format(_)
                | Self::Storage(_)
                | Self::Snapshot(_)
                | Self::Thread(_)
                | Self::Stopped
        )
    }
}
