//! How deep an evaluation is.

use std::cell::Cell;

/// How many values may be evaluated inside each other: those of one value, of the names it is made of, and so on. The stack
/// of a thread has room for several times as many.
const DEEPEST: usize = 200;

/// How many values are being evaluated inside each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Depth(Cell<usize>);

/// One level, until it is dropped.
pub(super) struct Level<'a>(&'a Depth);

impl Depth {
    /// Goes one level down; `None` from the last.
    pub(super) fn enter(&self) -> Option<Level<'_>> {
        let deeper = self.0.get() + 1;
        (deeper <= DEEPEST).then(|| {
            self.0.set(deeper);
            Level(self)
        })
    }
}

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get() - 1);
    }
}
