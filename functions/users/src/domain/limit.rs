//! How often something may be done within fifteen minutes.

/// Length of a window in seconds. It begins with the first attempt it counts, and its end forgets all of them.
pub const WINDOW_SECONDS: u64 = 15 * 60;

/// Whether another attempt is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It is.
    Open,
    /// There were too many.
    Reached {
        /// Seconds until another is allowed.
        retry_after: u64,
    },
}

impl Limit {
    /// Reached until the window ends at `end`; both times in seconds since the Unix epoch.
    pub(super) fn until(end: u64, now: u64) -> Self {
        // Instances' clocks differ a little, and 0 would invite a retry at once.
        Self::Reached { retry_after: end.saturating_sub(now).clamp(1, WINDOW_SECONDS) }
    }
}
