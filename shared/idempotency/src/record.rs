//! The record of a request: what it asked for, and its response.

use envelope::{Failure, Reply, StoredReply};
use serde::{Deserialize, Serialize};

use crate::{Request, replayed};

/// How long a record counts, in seconds: a day.
pub(crate) const LIFE_SECONDS: u64 = 24 * 60 * 60;

/// The item of a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// Id of the user.
    pub(crate) user_id: String,
    /// [`Request::record_id`]
    pub(crate) id: String,
    /// Of what the request asked for.
    pub(crate) fingerprint: String,
    /// Id of the try that wrote the record.
    pub(crate) attempt: String,
    /// The response.
    pub(crate) reply: StoredReply,
    /// Until when the record counts: seconds since the Unix epoch. DynamoDB deletes it some time later.
    pub(crate) expires_at: u64,
}

impl Record {
    /// The response for a request that has this record's key.
    ///
    /// # Errors
    /// 422 if the request asks for something else.
    pub(crate) fn replay(self, request: &Request<'_>) -> Result<Reply, Failure> {
        if self.fingerprint != request.fingerprint {
            return Err(Failure::idempotency_key_reused());
        }
        self.reply.into_reply().map(replayed)
    }
}
