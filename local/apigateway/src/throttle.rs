//! The throttle of a stage: a token bucket. Developer Guide: "Throttle requests to your REST APIs".

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A bucket of `burst` tokens that fills at `rate` a second; a request takes one.
#[derive(Debug)]
pub(crate) struct Throttle {
    limits: local_template::Throttle,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    pub(crate) fn new(limits: local_template::Throttle, now: Instant) -> Self {
        Self { limits, bucket: Mutex::new(Bucket { tokens: f64::from(limits.burst), filled: now }) }
    }

    /// Whether a request may pass now.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        // Threads may come here in another order than they read the clock in.
        let now = now.max(bucket.filled);
        let refill = (now - bucket.filled).as_secs_f64() * self.limits.rate;
        bucket.tokens = (bucket.tokens + refill).min(f64::from(self.limits.burst));
        bucket.filled = now;
        let admitted = bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate() {
        let start = Instant::now();
        let throttle = Throttle::new(local_template::Throttle { rate: 2.0, burst: 3 }, start);
        let at = |milliseconds| throttle.admits(start + Duration::from_millis(milliseconds));
        assert_eq!([at(0), at(0), at(0), at(0)], [true, true, true, false]);
        assert_eq!([at(400), at(500), at(500)], [false, true, false]);
        assert_eq!([at(10_000), at(10_000), at(10_000), at(10_000)], [true, true, true, false]);
    }

    #[test]
    fn threads_share_one_bucket() {
        let start = Instant::now();
        let throttle = Throttle::new(local_template::Throttle { rate: 1.0, burst: 10 }, start);
        let admitted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..10).filter(|_| throttle.admits(start)).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(admitted, 10);
    }
}
