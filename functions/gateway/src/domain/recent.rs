//! An answer that is kept for a moment, so that many callers cost one check.

use std::time::{Duration, SystemTime};

use futures_util::lock::Mutex;

/// What was learnt last, for as long as it counts as recent.
#[derive(Debug)]
pub struct Recent<T> {
    /// How long it counts as recent.
    lifetime: Duration,
    /// When it was learnt, and what.
    learnt: Mutex<Option<(SystemTime, T)>>,
}

impl<T: Clone> Recent<T> {
    /// Nothing yet.
    pub fn new(lifetime: Duration) -> Self {
        Self { lifetime, learnt: Mutex::new(None) }
    }

    /// What was learnt within the lifetime, else what `learn` finds out. Callers that come meanwhile wait for it and get the
    /// same. `clock` tells the time of day: a monotonic clock may stand still while Lambda has an instance frozen.
    pub async fn get(&self, clock: impl Fn() -> SystemTime, learn: impl AsyncFnOnce() -> T) -> T {
        let mut learnt = self.learnt.lock().await;
        if let Some((at, known)) = &*learnt
            // An error is a clock that was set back: nobody knows how long ago it was.
            && clock().duration_since(*at).is_ok_and(|age| age < self.lifetime)
        {
            return known.clone();
        }
        // Forgotten first: a caller that gives up leaves nothing old behind.
        *learnt = None;
        let now_known = learn().await;
        *learnt = Some((clock(), now_known.clone()));
        now_known
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(5);

    fn at(milliseconds: u64) -> impl Fn() -> SystemTime {
        move || SystemTime::UNIX_EPOCH + Duration::from_secs(1_000) + Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_was_learnt_is_told_until_its_time_is_over() {
        let recent = Recent::new(LIFETIME);
        let get = |time, found| recent.get(at(time), async move || found).now_or_never().unwrap();
        assert_eq!([get(0, 1), get(1, 2), get(4_999, 3)], [1, 1, 1]);
        assert_eq!([get(5_000, 4), get(9_999, 5), get(10_000, 6)], [4, 4, 6]);
        assert_eq!(get(9_999, 7), 7, "the clock was set back");
    }

    #[tokio::test]
    async fn callers_at_once_share_one_check() {
        let (recent, checks) = (Recent::new(LIFETIME), Cell::new(0));
        let check = async || {
            checks.set(checks.get() + 1);
            tokio::task::yield_now().await;
            checks.get()
        };
        assert_eq!(join_all((0..16).map(|_| recent.get(at(0), check))).await, [1; 16]);
    }

    #[test]
    fn a_check_that_was_given_up_is_made_again() {
        let recent = Recent::new(LIFETIME);
        let given_up = recent.get(at(0), async || pending().await).now_or_never();
        assert_eq!(given_up, None::<u32>);
        assert_eq!(recent.get(at(0), async || 1).now_or_never(), Some(1));
    }
}
