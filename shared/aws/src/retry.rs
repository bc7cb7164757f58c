//! Trying again, for calls that no client of the SDK makes.

use std::time::{Duration, Instant};

/// The most to wait before the second try; doubled for each one after.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// How often one call is tried at most.
const TRIES: u32 = 4;

/// Tries until the outcome is not one to try again on, for no longer than `patience`; each attempt is told how much of that
/// is left. The waits between are drawn at random up to a doubling bound ("full jitter"), so that callers who failed
/// together don't come back together.
pub async fn persist<T, F>(patience: Duration, attempt: impl Fn(Duration) -> F, again: impl Fn(&T) -> bool) -> T
where
    F: Future<Output = T>,
{
    let deadline = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        let outcome = attempt(deadline.saturating_duration_since(Instant::now())).await;
        let wait = pause.mul_f64(rand::random());
        if !again(&outcome) || Instant::now() + wait >= deadline {
            return outcome;
        }
        tokio::time::sleep(wait).await;
        pause *= 2;
    }
    attempt(deadline.saturating_duration_since(Instant::now())).await
}
