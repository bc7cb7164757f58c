//! A payload as a story keeps it: its beginning.

use bytes::Bytes;

/// The longest part of a payload that is kept, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The beginning of a payload.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    /// At most [`LONGEST`] bytes of it.
    pub kept: Bytes,
    /// The length of the whole payload, in bytes.
    pub length: usize,
}

impl Payload {
    /// Copies the beginning: a slice would hold on to the network buffer around it, which nobody counts.
    pub fn of(bytes: &[u8]) -> Self {
        Self { kept: Bytes::copy_from_slice(&bytes[..bytes.len().min(LONGEST)]), length: bytes.len() }
    }

    /// What it takes, in bytes.
    pub fn bytes(&self) -> usize {
        // The allocation, and the count that clones share.
        64 + self.kept.len()
    }

    /// The whole payload, if it was kept.
    pub fn whole(&self) -> Option<&Bytes> {
        (self.kept.len() == self.length).then_some(&self.kept)
    }
}
