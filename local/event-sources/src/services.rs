//! What sources read from and deliver to.

use std::sync::Arc;

use local_dynamodb::DynamoDb;
use local_lambda::Invoke;
use local_sqs::Sqs;
use local_stories::Recorder;

use crate::{Backoff, Destination};

/// The services that sources connect.
#[derive(Clone)]
pub struct Services {
    /// Runs the functions.
    pub lambda: Arc<dyn Invoke>,
    /// Has the tables and their streams.
    pub dynamodb: DynamoDb,
    /// Has the queues.
    pub sqs: Sqs,
    /// Gets a message about records that a stream's source gave up on.
    pub destination: Arc<dyn Destination>,
    /// Records what becomes of records and messages, and the schedules' calls.
    pub stories: Recorder,
    /// The waits between tries.
    pub backoff: Backoff,
}
