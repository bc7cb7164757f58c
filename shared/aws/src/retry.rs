//! Retries: how often and how long a call is tried, and the pause before each retry.
//!
//! Pauses follow "Exponential Backoff And Jitter" (AWS Architecture Blog), "full jitter": each is drawn at random
//! between nothing and a bound that doubles, so callers that failed together do not retry together. (The `backon` crate
//! adds its jitter to the pause instead of drawing within it, and its limit counts the pauses without the tries.)
//!
//! ```
//! # use std::time::Duration;
//! # use aws::retry::RetryBudget;
//! # async fn example(mut send: impl AsyncFnMut() -> bool) {
//! let mut budget = RetryBudget::tries(4).within(Duration::from_secs(2));
//! while !send().await {
//!     if budget.pause().await.is_err() {
//!         break; // no tries or no time left
//!     }
//! }
//! # }
//! ```

use std::time::{Duration, Instant};

/// What one call may spend on retries: a number of tries, a time, or both.
#[derive(Debug, Clone)]
pub struct RetryBudget {
    /// Tries left, counting the one under way; `None` is no limit.
    tries: Option<u32>,
    /// No retry starts after this; `None` is no limit.
    deadline: Option<Instant>,
    /// Upper bound of the next pause.
    pause_bound: Duration,
    /// Where the bound stops doubling.
    longest_pause: Duration,
}

/// The tries or the time of a [`RetryBudget`] are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no retries left")]
pub struct Exhausted;

impl RetryBudget {
    /// At most `count` tries, the first one included.
    pub fn tries(count: u32) -> Self {
        Self { tries: Some(count), ..Self::unlimited() }
    }

    /// As many tries as start within `time` from now.
    pub fn time(time: Duration) -> Self {
        Self::unlimited().within(time)
    }

    fn unlimited() -> Self {
        Self { tries: None, deadline: None, pause_bound: Duration::from_millis(50), longest_pause: Duration::MAX }
    }

    /// Also ends after `time` from now.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { deadline: Some(Instant::now() + time), ..self }
    }

    /// Pauses up to `first` before the first retry and up to `longest` later; without this, 50 ms and no bound.
    #[must_use]
    pub fn pauses(self, first: Duration, longest: Duration) -> Self {
        Self { pause_bound: first, longest_pause: longest, ..self }
    }

    /// Time left for the next try; [`Duration::MAX`] if the budget has no time limit.
    pub fn time_left(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// [`Exhausted`], at once, if this was the last try or the pause would end after the deadline.
    pub async fn pause(&mut self) -> Result<(), Exhausted> {
        let pause = self.next_pause().ok_or(Exhausted)?;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn next_pause(&mut self) -> Option<Duration> {
        self.tries = match self.tries {
            Some(tries) => Some(tries.checked_sub(1).filter(|left| *left > 0)?),
            None => None,
        };
        let pause = self.pause_bound.mul_f64(rand::random());
        if pause >= self.time_left() {
            return None;
        }
        self.pause_bound = self.pause_bound.saturating_mul(2).min(self.longest_pause);
        Some(pause)
    }
}

/// Calls `attempt` until its outcome is one that `is_transient` denies or `budget` is used up, and returns the last
/// outcome. Each attempt is given the time left for it.
pub async fn retry<T, F>(
    mut budget: RetryBudget,
    attempt: impl Fn(Duration) -> F,
    is_transient: impl Fn(&T) -> bool,
) -> T
where
    F: Future<Output = T>,
{
    loop {
        let outcome = attempt(budget.time_left()).await;
        if !is_transient(&outcome) || budget.pause().await.is_err() {
            return outcome;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn pauses_are_random_below_a_bound_that_doubles_up_to_the_longest() {
        for (retry, bound) in [10, 20, 40, 80, 80, 80].into_iter().enumerate() {
            let pauses: Vec<Duration> = (0..100)
                .map(|_| {
                    let mut budget = RetryBudget::tries(100).pauses(10 * MILLISECOND, 80 * MILLISECOND);
                    (0..=retry).map(|_| budget.next_pause().unwrap()).last().unwrap()
                })
                .collect();
            let longest = *pauses.iter().max().unwrap();
            assert!(longest <= bound * MILLISECOND && longest > bound * MILLISECOND / 2, "{longest:?} of {bound} ms");
            assert!(pauses.iter().any(|pause| *pause < bound * MILLISECOND / 2), "{bound} ms");
        }
    }

    #[tokio::test]
    async fn the_first_try_counts() {
        let mut budget = RetryBudget::tries(3).pauses(MILLISECOND, MILLISECOND);
        assert_eq!(budget.time_left(), Duration::MAX);
        assert_eq!([budget.pause().await, budget.pause().await], [Ok(()); 2]);
        assert_eq!(budget.pause().await, Err(Exhausted));
        assert_eq!(RetryBudget::tries(1).pause().await, Err(Exhausted));
    }

    #[tokio::test]
    async fn no_retry_starts_after_the_deadline() {
        let mut budget = RetryBudget::time(30 * MILLISECOND).pauses(MILLISECOND, 4 * MILLISECOND);
        loop {
            let time_left = budget.time_left();
            let Some(pause) = budget.next_pause() else { break };
            assert!(pause < time_left);
            tokio::time::sleep(pause).await;
        }
        assert!(budget.time_left() <= 4 * MILLISECOND);
        assert_eq!(RetryBudget::tries(9).within(Duration::ZERO).pause().await, Err(Exhausted));
    }

    #[tokio::test]
    async fn a_transient_outcome_is_retried_with_the_time_that_is_left() {
        let given = RefCell::new(Vec::new());
        let attempt = |time_left| {
            given.borrow_mut().push(time_left);
            let tries = given.borrow().len();
            async move { tries }
        };
        let budget = RetryBudget::tries(4).within(Duration::from_secs(60)).pauses(MILLISECOND, MILLISECOND);
        assert_eq!(retry(budget.clone(), attempt, |tries| *tries < 3).await, 3);
        assert!(given.borrow().is_sorted_by(|earlier, later| earlier > later), "{given:?}");
        given.borrow_mut().clear();
        assert_eq!(retry(budget, attempt, |_| true).await, 4);
    }
}
