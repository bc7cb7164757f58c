//! A payload as a story keeps it: its beginning.

use bytes::Bytes;

/// The longest part of a payload that is kept, in bytes.
const LONGEST: usize = 64 * 1024;

/// The part of a payload that is kept.
pub(crate) fn beginning(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(LONGEST)]
}

/// The beginning of a payload.
#[derive(Debug, PartialEq)]
pub(crate) struct Payload {
    pub kept: Bytes,
    /// The length of the whole payload, in bytes.
    pub length: usize,
}

impl Payload {
    /// The whole payload, if it was kept.
    pub fn whole(&self) -> Option<&Bytes> {
        (self.kept.len() == self.length).then_some(&self.kept)
    }
}
