//! Waiting for what an order or an edit causes: events that arrive, totals that catch up, indexes that follow.

use std::fmt::Debug;
use std::panic::Location;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stack::Stack;
use crate::users::Person;

/// How long everything may take to arrive where nobody tells when it has.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at a place that can only be asked.
const PAUSE: Duration = Duration::from_millis(200);

impl Stack {
    /// What is seen when all that was caused has happened. A test's own stack tells when that is, and is looked at once:
    /// what is wrong then is wrong. Elsewhere others are at work too, so this looks until it has seen enough, or for as
    /// long as anything may take.
    pub async fn rests<T>(&self, look: impl AsyncFn() -> T, enough: impl Fn(&T) -> bool) -> T {
        let started = Instant::now();
        loop {
            if self.is_controlled() {
                self.drained().await;
            }
            let seen = look().await;
            if self.is_own() || enough(&seen) || started.elapsed() > PATIENCE {
                return seen;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asserts that this is seen when all that was caused has happened.
    ///
    /// # Panics
    /// It is not.
    #[track_caller]
    pub fn comes_to<T: PartialEq + Debug>(&self, expected: T, look: impl AsyncFn() -> T) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            let seen = self.rests(look, |seen| *seen == expected).await;
            assert_eq!(seen, expected, "{caller}");
        }
    }

    /// A customer's order when all has happened that follows from placing it.
    pub async fn decided(&self, person: &Person, id: &str) -> Value {
        self.rests(async || self.find_order(person, id).await, |order| order["status"] != "pending").await
    }

    /// Someone's notifications, newest first, when all have arrived: so many are expected.
    pub async fn notified(&self, person: &Person, number: usize) -> Vec<Value> {
        self.rests(async || self.notifications(person).await, |told| told.len() >= number).await
    }
}
