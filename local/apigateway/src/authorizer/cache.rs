//! What an authorizer has said, by token, for a while.
//!
//! The whole token is the key: a short hash of it would let a forged token stand for another's.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Values that are forgotten after a fixed time, or when there are too many: the oldest first.
pub(crate) struct Cache<V> {
    ttl: Duration,
    capacity: usize,
    entries: Mutex<Entries<V>>,
}

struct Entries<V> {
    by_key: HashMap<Arc<str>, (V, Instant)>,
    /// The keys of the map, oldest first, each once.
    by_age: VecDeque<Arc<str>>,
}

impl<V: Clone> Cache<V> {
    /// With a TTL of zero it remembers nothing.
    pub(crate) fn new(ttl: Duration, capacity: usize) -> Self {
        Self { ttl, capacity, entries: Mutex::new(Entries { by_key: HashMap::new(), by_age: VecDeque::new() }) }
    }

    pub(crate) fn get(&self, key: &str, now: Instant) -> Option<V> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, since) = entries.by_key.get(key)?;
        self.is_fresh(*since, now).then(|| value.clone())
    }

    pub(crate) fn put(&self, key: &str, value: V, now: Instant) {
        if self.ttl.is_zero() {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Entries { by_key, by_age } = &mut *entries;
        let is_stale = |key: &Arc<str>| by_key.get(key).is_none_or(|(_, since)| !self.is_fresh(*since, now));
        let stale = by_age.iter().take_while(|key| is_stale(key)).count();
        for key in by_age.drain(..stale) {
            by_key.remove(&key);
        }
        // Requests that asked at the same time for the same new token: the last answer stands, for the time left.
        if let Some((known, _)) = by_key.get_mut(key) {
            *known = value;
            return;
        }
        while by_age.len() >= self.capacity {
            if let Some(oldest) = by_age.pop_front() {
                by_key.remove(&oldest);
            }
        }
        let key: Arc<str> = key.into();
        by_age.push_back(Arc::clone(&key));
        by_key.insert(key, (value, now));
    }

    fn is_fresh(&self, since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < self.ttl
    }
}

/// Keys are credentials: they are not shown.
impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cache").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(300);

    fn size(cache: &Cache<u32>) -> (usize, usize) {
        let entries = cache.entries.lock().unwrap();
        (entries.by_key.len(), entries.by_age.len())
    }

    #[test]
    fn a_value_lives_for_its_time() {
        let (cache, start) = (Cache::new(TTL, 10), Instant::now());
        cache.put("a", 1, start);
        assert_eq!(cache.get("a", start + TTL - Duration::from_nanos(1)), Some(1));
        assert_eq!(cache.get("a", start + TTL), None);
        assert_eq!(cache.get("b", start), None);
        cache.put("a", 2, start + TTL);
        assert_eq!(cache.get("a", start + TTL), Some(2));
        assert_eq!(size(&cache), (1, 1));
    }

    #[test]
    fn without_a_time_nothing_is_kept() {
        let (cache, now) = (Cache::new(Duration::ZERO, 10), Instant::now());
        cache.put("a", 1, now);
        assert_eq!((cache.get("a", now), size(&cache)), (None, (0, 0)));
    }

    #[test]
    fn the_oldest_makes_room() {
        let (cache, now) = (Cache::new(TTL, 3), Instant::now());
        for (value, key) in ["a", "b", "a", "c", "d"].into_iter().enumerate() {
            cache.put(key, u32::try_from(value).unwrap(), now);
        }
        assert_eq!(["a", "b", "c", "d"].map(|key| cache.get(key, now)), [None, Some(1), Some(3), Some(4)]);
        assert_eq!(size(&cache), (3, 3));
    }

    #[test]
    fn an_update_does_not_prolong() {
        let (cache, start) = (Cache::new(TTL, 3), Instant::now());
        cache.put("a", 1, start);
        cache.put("a", 2, start + TTL / 2);
        assert_eq!(cache.get("a", start + TTL / 2), Some(2));
        assert_eq!(cache.get("a", start + TTL), None);
    }

    #[test]
    fn it_stays_whole_and_bounded_under_a_race() {
        let (cache, start) = (Cache::new(Duration::from_millis(20), 50), Instant::now());
        std::thread::scope(|scope| {
            for thread in 0..8_u32 {
                let cache = &cache;
                scope.spawn(move || {
                    for step in 0..2_000_u32 {
                        let key = (step * 7 + thread) % 90;
                        let now = start + Duration::from_millis(u64::from(step / 50));
                        cache.put(&key.to_string(), key, now);
                        assert!(cache.get(&key.to_string(), now).is_none_or(|value| value == key));
                    }
                });
            }
        });
        let (by_key, by_age) = size(&cache);
        assert!(by_key == by_age && by_key <= 50, "{by_key} {by_age}");
    }
}
