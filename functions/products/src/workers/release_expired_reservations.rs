//! `release-expired-reservations`: what was held too long, for an order that never came, goes back. On a schedule.

use std::cell::RefCell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contracts::payloads::StockRejected;
use envelope::{Context, Deadline, Function, FunctionError, InitError, metrics, serve_function, timestamp};
use events::Cause;
use futures_util::stream::{self, StreamExt};
use serde::de::IgnoredAny;
use tables::StoreError;

use crate::SERVICE;
use crate::domain::hold::StockEvent;
use crate::store::{Holds, Made, Place};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<Release>(SERVICE)
}

/// Holds that are worked on at once.
const AT_ONCE: usize = 8;

/// Time a sweep leaves unused: what it does not get to is the next one's.
const MARGIN: Duration = Duration::from_secs(6);

struct Release {
    holds: Holds,
    /// Where the sweep before ran out of time.
    place: RefCell<Place>,
}

impl Function for Release {
    type Event = IgnoredAny;
    type Response = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { holds: Holds::connect().await?, place: RefCell::default() })
    }

    async fn call(&self, _: IgnoredAny, context: &Context) -> Result<(), FunctionError> {
        let time_left = Deadline::of(context).time_left();
        let deadline = Instant::now() + time_left.saturating_sub(MARGIN);
        let place = self.place.take();
        let Swept { expired, failed, stopped_at } =
            sweep(&self.holds, timestamp::epoch_seconds(), deadline, place).await?;
        self.place.replace(stopped_at);
        metrics::count(SERVICE, "HoldsExpired", expired);
        match failed {
            // Told once all others are done: one hold that can't be released keeps none of them.
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

/// What a sweep did.
#[derive(Debug, Default)]
pub struct Swept {
    /// Holds that are expired now.
    pub expired: u64,
    /// Why the last of those that could not be is not.
    pub failed: Option<StoreError>,
    /// Where it ran out of time; the start, if it did not.
    pub stopped_at: Place,
}

/// Expires every hold whose time was over at `now`, from a place on and as far as it gets by the deadline. The next one
/// goes on where it stopped, so that no number of holds keeps the others waiting for ever.
///
/// # Errors
/// [`StoreError`] if the list of them can't be read.
pub async fn sweep(holds: &Holds, now: u64, deadline: Instant, mut place: Place) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    loop {
        let (orders, next) = holds.expiring(now, place).await?;
        let mut outcomes = stream::iter(&orders).map(|order| expire(holds, order, now)).buffer_unordered(AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Ok(expired) => swept.expired += u64::from(expired),
                Err(error) => swept.failed = Some(error),
            }
        }
        if next.is_start() {
            return Ok(swept);
        }
        if Instant::now() >= deadline {
            tracing::warn!("a sweep ran out of time");
            return Ok(Swept { stopped_at: next, ..swept });
        }
        place = next;
    }
}

/// Whether this expired the hold. One that was settled or held again meanwhile is left alone, one that another
/// transaction is at is left to the next sweep.
async fn expire(holds: &Holds, order_id: &str, now: u64) -> Result<bool, StoreError> {
    let Some(hold) = holds.find(order_id).await? else { return Ok(false) };
    let (Some(step), Some(true)) = (hold.state.expire(), hold.expires_at.map(|end| end <= now)) else {
        return Ok(false);
    };
    let event = StockEvent::rejected(order_id, StockRejected::EXPIRED, Cause::request(&hold.request_id));
    Ok(holds.make(&hold, step, Some(&event), None).await? == Made::Done)
}
