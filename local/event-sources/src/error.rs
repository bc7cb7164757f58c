//! What can be wrong with a source.

use std::time::Duration;

use local_lambda::InvokeError;

use crate::filter::FilterError;

/// Why the sources could not be started or inspected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or the file of the positions can't be made.
    #[error(transparent)]
    Private(#[from] local_private_files::Error),
    /// A filter is not understood.
    #[error("function {function}, event {source_id}: {cause}")]
    Filter {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// What is wrong with it.
        cause: FilterError,
    },
    /// A source reads a table that the template does not have.
    #[error("function {function}, event {source_id}: there is no table {table}")]
    NoTable {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// The table it names.
        table: String,
    },
    /// A source reads a queue that the template does not have.
    #[error("function {function}, event {source_id}: there is no queue {queue}")]
    NoQueue {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// The ARN it names.
        queue: String,
    },
    /// Messages could become visible again while the function still processes them, which Lambda refuses.
    #[error(
        "function {function}, event {source_id}: the queue's visibility timeout of {} s is less than the function's timeout of {} s",
        visibility.as_secs(), timeout.as_secs()
    )]
    ShortVisibility {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// The queue's.
        visibility: Duration,
        /// The function's.
        timeout: Duration,
    },
    /// A source's task ended, which only a panic causes.
    #[error("function {function}, event {source_id}: its task has ended")]
    Ended {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
    },
    /// The stream can't be read.
    #[error(transparent)]
    DynamoDb(#[from] local_dynamodb::Error),
    /// The queue can't be read.
    #[error(transparent)]
    Sqs(#[from] local_sqs::Error),
    /// There is no such schedule to be run.
    #[error("there is no schedule {0}")]
    NoSchedule(String),
    /// A scheduled call was not made.
    #[error(transparent)]
    NotInvoked(#[from] InvokeError),
    /// No view of the positions could be opened.
    #[error("positions of the event sources: {0}")]
    Snapshot(#[from] local_snapshots::Error),
    /// The sources were stopped.
    #[error("the event sources have stopped")]
    Stopped,
    /// The file with the positions can't be used.
    #[error("positions of the event sources: {0}")]
    Positions(#[from] rusqlite::Error),
}
