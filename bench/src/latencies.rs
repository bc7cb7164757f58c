//! How long requests took.

use std::time::Duration;

/// The times of many requests.
#[derive(Debug, Clone, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Adds a time.
    pub fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Adds the times of another connection.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Their sum.
    pub fn sum(&self) -> Duration {
        self.0.iter().sum()
    }

    /// The time that this share of the requests did not exceed (the "nearest rank"); zero if there are none.
    pub fn percentile(&mut self, share: f64) -> Duration {
        self.0.sort_unstable();
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Microseconds.
pub fn us(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let mut times = Latencies::default();
        for milliseconds in (1..=100).rev() {
            times.push(Duration::from_millis(milliseconds));
        }
        assert_eq!(times.percentile(0.5), Duration::from_millis(50));
        assert_eq!(times.percentile(0.99), Duration::from_millis(99));
        assert_eq!(times.percentile(1.0), Duration::from_millis(100));
        assert_eq!(Latencies::default().percentile(0.5), Duration::ZERO);
    }
}
