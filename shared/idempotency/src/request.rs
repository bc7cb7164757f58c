//! A request with a key.

use envelope::Failure;
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::IdempotencyKey;

/// A request with a key. Keys are compared among the requests of one user for one operation.
#[derive(Debug)]
pub struct Request<'a> {
    /// Id of the user.
    pub(crate) user_id: &'a str,
    /// Name of the operation, such as `update-stock`: the same for every id in its path.
    operation: &'static str,
    key: IdempotencyKey,
    /// SHA-256 of what the request asks for, in hexadecimal digits.
    pub(crate) fingerprint: String,
}

impl<'a> Request<'a> {
    /// A user's request for an operation. `meaning` is everything that it asks for: ids in the path, and the decoded body.
    /// So spaces, the order of keys and how a number is written make no difference.
    ///
    /// # Errors
    /// A 500 if `meaning` has no JSON (a map whose keys are not strings).
    pub fn new(
        user_id: &'a str,
        operation: &'static str,
        key: IdempotencyKey,
        meaning: &impl Serialize,
    ) -> Result<Self, Failure> {
        let hash = digest(&SHA256, &serde_json::to_vec(meaning)?);
        let fingerprint = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { user_id, operation, key, fingerprint })
    }

    /// The sort key of the request's record. (No operation has a space in its name.)
    pub(crate) fn record_id(&self) -> String {
        format!("{} {}", self.operation, self.key.as_str())
    }
}
