//! How long to wait before trying again.

use std::time::Duration;

/// Waits that double from one failure to the next, each drawn at random up to that ("full jitter"), so that sources
/// which failed together don't come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The most to wait after one failure.
    pub first: Duration,
    /// The most to wait at all.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(200), most: Duration::from_secs(10) }
    }
}

impl Backoff {
    /// Waits after the `failures`th failure in a row.
    pub(crate) async fn wait(self, failures: u32) {
        tokio::time::sleep(self.ceiling(failures).mul_f64(rand::random())).await;
    }

    fn ceiling(self, failures: u32) -> Duration {
        let doubled = 2u32.saturating_pow(failures.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most() {
        let backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(1) };
        let waits: Vec<_> = [1, 2, 4, 5, u32::MAX].map(|failures| backoff.ceiling(failures).as_millis()).into();
        assert_eq!(waits, [100, 200, 800, 1000, 1000]);
    }
}
