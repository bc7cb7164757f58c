//! Throttling: a token bucket for each method of the API ("per-stage throttling limits are applied at the API method level").
//! Developer Guide: "Throttle requests to your REST APIs".

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::Error;
use crate::routes::Routes;

/// The bucket of each method, by path and method. A method without one takes any number of requests.
#[derive(Debug)]
pub(crate) struct Throttles(BTreeMap<Arc<str>, BTreeMap<String, Throttle>>);

impl Throttles {
    /// Full buckets.
    ///
    /// # Errors
    /// Limits under which nothing would pass, or of a method that the API does not have.
    pub(crate) fn new(throttling: &local_template::Throttling, routes: &Routes, now: Instant) -> Result<Self, Error> {
        let mut own = throttling.methods.clone();
        let mut buckets: BTreeMap<Arc<str>, BTreeMap<String, Throttle>> = BTreeMap::new();
        for resource in routes.resources() {
            let preflight = resource.preflight.as_ref().map(|_| "OPTIONS");
            for method in resource.methods().chain(preflight) {
                let limits = own.remove(&(resource.path.to_string(), method.to_owned())).or(throttling.all);
                if limits.is_some_and(|limits| !limits.rate.is_finite() || limits.rate <= 0.0 || limits.burst == 0) {
                    return Err(Error::Throttle);
                }
                if let Some(limits) = limits {
                    let of_path = buckets.entry(Arc::clone(&resource.path)).or_default();
                    of_path.insert(method.to_owned(), Throttle::new(limits, now));
                }
            }
        }
        match own.into_keys().next() {
            Some((path, method)) => Err(Error::ThrottledNothing { path, method }),
            None => Ok(Self(buckets)),
        }
    }

    /// Whether a request of a method may pass now.
    pub(crate) fn admit(&self, path: &str, method: &str, now: Instant) -> bool {
        let throttle = self.0.get(path).and_then(|methods| methods.get(method));
        throttle.is_none_or(|throttle| throttle.admits(now))
    }
}

/// A bucket of `burst` tokens that fills at `rate` a second; a request takes one.
#[derive(Debug)]
struct Throttle {
    limits: local_template::Throttle,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    fn new(limits: local_template::Throttle, now: Instant) -> Self {
        Self { limits, bucket: Mutex::new(Bucket { tokens: f64::from(limits.burst), filled: now }) }
    }

    /// Whether a request may pass now.
    fn admits(&self, now: Instant) -> bool {
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
