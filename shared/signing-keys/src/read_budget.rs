//! A bound on reads that anybody can cause.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Allows so many reads at once, and one more with each interval: a token bucket.
#[derive(Debug)]
pub(crate) struct ReadBudget {
    burst: u32,
    interval: Duration,
    /// When all reads are allowed again.
    full_at: Cell<Instant>,
}

impl ReadBudget {
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval, full_at: Cell::new(Instant::now()) }
    }

    /// Takes one read, if one is left.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let full_at = self.full_at.get().max(now) + self.interval;
        let is_left = full_at <= now + self.interval * self.burst;
        if is_left {
            self.full_at.set(full_at);
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_come_back_one_by_one() {
        let budget = ReadBudget::new(3, Duration::from_secs(1));
        let start = Instant::now();
        let taken = |after: u64| (0..10).filter(|_| budget.take(start + Duration::from_secs(after))).count();
        assert_eq!([taken(1), taken(1), taken(2), taken(4), taken(100)], [3, 0, 1, 2, 3]);
    }
}
