//! `release-expired-reservations`: expires the holds of orders that were not placed in time. Runs on a schedule.

use std::cell::RefCell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use envelope::{Context, Deadline, Function, FunctionError, InitError, metrics, serve_function, timestamp};
use futures_util::stream::{self, StreamExt};
use serde::de::IgnoredAny;
use tables::StoreError;

use crate::SERVICE;
use crate::store::{Holds, ScanPosition};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<ReleaseExpiredReservations>(SERVICE)
}

/// Holds that are expired concurrently.
const CONCURRENCY: usize = 8;

/// Time left at which a sweep stops, so that the calls under way can finish. The next sweep goes on from there.
const MARGIN: Duration = Duration::from_secs(6);

struct ReleaseExpiredReservations {
    holds: Holds,
    /// Where the last sweep ran out of time.
    position: RefCell<ScanPosition>,
}

impl Function for ReleaseExpiredReservations {
    type Event = IgnoredAny;
    type Response = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { holds: Holds::connect().await?, position: RefCell::default() })
    }

    async fn call(&self, _: IgnoredAny, context: &Context) -> Result<(), FunctionError> {
        let deadline = Instant::now() + Deadline::of(context).time_left().saturating_sub(MARGIN);
        let position = self.position.take();
        let sweep = sweep(&self.holds, timestamp::epoch_seconds(), deadline, position).await?;
        self.position.replace(sweep.stopped_at);
        metrics::count(SERVICE, "HoldsExpired", sweep.expired);
        // Reported after all other holds are done: one that fails does not keep the rest.
        sweep.last_error.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// The result of a sweep.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Number of holds that it expired.
    pub expired: u64,
    /// The error of the last hold that could not be expired.
    pub last_error: Option<StoreError>,
    /// Where it ran out of time; the start if it reached the end.
    pub stopped_at: ScanPosition,
}

/// Expires every hold whose time was over at `now` (seconds since the epoch), from `position` until the end or the
/// deadline. Sweeps continue where the one before stopped, so every hold gets its turn however many there are.
///
/// # Errors
/// [`StoreError`] if the index of holds can't be read.
pub async fn sweep(
    holds: &Holds,
    now: u64,
    deadline: Instant,
    mut position: ScanPosition,
) -> Result<Sweep, StoreError> {
    let mut sweep = Sweep::default();
    loop {
        let (order_ids, next) = holds.expired_at(now, position).await?;
        let mut outcomes = stream::iter(&order_ids).map(|id| expire(holds, id, now)).buffer_unordered(CONCURRENCY);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Ok(is_expired) => sweep.expired += u64::from(is_expired),
                Err(error) => sweep.last_error = Some(error),
            }
        }
        if next.is_start() {
            return Ok(sweep);
        }
        if Instant::now() >= deadline {
            tracing::warn!("a sweep ran out of time");
            return Ok(Sweep { stopped_at: next, ..sweep });
        }
        position = next;
    }
}

/// Whether this expired the hold. It does not if the hold was settled or held again since the index was read. After a
/// conflict with another transaction the hold is left to the next sweep.
async fn expire(holds: &Holds, order_id: &str, now: u64) -> Result<bool, StoreError> {
    let Some(hold) = holds.find(order_id).await? else { return Ok(false) };
    let Some(transition) = hold.expire_at(now) else { return Ok(false) };
    holds.expire(&hold, transition).await
}
