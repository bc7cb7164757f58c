//! Counts what a source has under way, so that one can wait until it is idle.

use tokio::sync::watch;

/// Counts what a source begins and ends. A clone counts for the same source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity(watch::Sender<Level>);

/// The state of a source. If it is the same at two times, nothing happened in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Level {
    /// How much has begun or ended so far; it never goes down.
    pub steps: u64,
    /// How much has begun and not ended.
    pub running: u64,
}

/// Something under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct Running(Activity);

impl Activity {
    pub(crate) fn begin(&self) -> Running {
        self.0.send_modify(|level| *level = Level { steps: level.steps + 1, running: level.running + 1 });
        Running(self.clone())
    }

    pub(crate) fn level(&self) -> Level {
        *self.0.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Level> {
        self.0.subscribe()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|level| *level = Level { steps: level.steps + 1, running: level.running - 1 });
    }
}
