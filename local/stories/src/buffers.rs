//! Buffers that entries under way take in turn, so that they are in the processor's caches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::entry::Entry;

/// The most buffers that wait to be used again, and the most bytes of each.
const MOST: usize = 32;
pub(crate) const LARGEST: usize = 8 * 1024;

/// Empty buffers. The last one that was given is the first that is taken.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// One that was used before, or a new one.
    pub fn take(&self) -> Vec<u8> {
        self.waiting().pop().unwrap_or_default()
    }

    /// Takes that of an entry back, unless somebody looks at it.
    pub fn take_from(&self, entry: Arc<Entry>) {
        let Some(mut buffer) = Arc::into_inner(entry).map(Entry::into_buffer) else { return };
        buffer.clear();
        let mut waiting = self.waiting();
        if waiting.len() < MOST && buffer.capacity() <= LARGEST {
            waiting.push(buffer);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
