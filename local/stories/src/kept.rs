//! An entry to which nothing is added any more, and the memory that many of them share.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::entry::{Kind, Outcome};
use crate::pieces::{Content, Pieces};

/// What is allocated at once, in bytes, and the most of it that one entry takes.
const CHUNK: usize = 32 * 1024;
const LARGEST: usize = CHUNK / 4;

/// An entry as it was at its end, or when somebody looked. A clone shares the pieces.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub id: u64,
    pub kind: Kind,
    pub started: Instant,
    /// `None` while it is under way.
    pub duration: Option<Duration>,
    pub outcome: Outcome,
    pub lines_omitted: u64,
    pub pieces: Bytes,
}

/// A kept entry, as whoever looks reads it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub kept: Kept,
    /// The entry that it is in; `None` at the root of the story.
    pub parent: Option<u64>,
    pub content: Content,
}

impl Kept {
    /// Reads it.
    pub fn seen(self, parent: Option<u64>) -> Seen {
        let content = Content::of(self.pieces.clone());
        Seen { kept: self, parent, content }
    }
}

/// Where pieces of small entries are kept, one after the other: a chunk is free once none of its entries is kept any more. An
/// allocation for each would be far from the processor's caches by the time that it is freed.
#[derive(Debug, Default)]
pub(crate) struct Chunks(Mutex<BytesMut>);

impl Chunks {
    /// Copies pieces.
    pub fn keep(&self, pieces: &Pieces) -> Bytes {
        let pieces = pieces.as_bytes();
        if pieces.len() > LARGEST {
            return Bytes::copy_from_slice(pieces);
        }
        let mut chunk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if chunk.capacity() < pieces.len() {
            *chunk = BytesMut::with_capacity(CHUNK);
        }
        chunk.extend_from_slice(pieces);
        chunk.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_are_kept_beside_each_other() {
        let chunks = Chunks::default();
        let sizes = [10, 300, 1, CHUNK, 0, LARGEST - 300, LARGEST, 40, LARGEST - 6, LARGEST];
        let pieces = sizes.map(|size| Pieces::new(&"x".repeat(size), Vec::new()));
        let kept: Vec<Bytes> = pieces.iter().map(|pieces| chunks.keep(pieces)).collect();
        for (pieces, kept) in pieces.iter().zip(&kept) {
            assert_eq!(kept, pieces.as_bytes());
        }
        // The first ones share an allocation, and a large one has its own.
        let end = |bytes: &Bytes| bytes.as_ptr_range().end;
        assert_eq!((end(&kept[0]) == kept[1].as_ptr(), end(&kept[2]) == kept[3].as_ptr()), (true, false));
    }
}
