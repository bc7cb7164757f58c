//! What a source is doing, for those who wait until nothing is left to do.

use tokio::sync::watch;

/// Counts what a source begins and ends. A clone is the same source's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity(watch::Sender<Level>);

/// The state of a source. Two looks that find the same say that nothing happened in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Level {
    /// Goes up with everything that begins or ends, and never down.
    pub steps: u64,
    /// What has begun and not ended.
    pub running: u64,
}

/// Something under way; it ends when this is dropped.
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
