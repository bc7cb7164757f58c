//! `settle-reservation`: settles or cancels an order's hold when the order is placed, relies on a later hold, or is
//! cancelled. Consumes a queue.

use std::process::ExitCode;
use std::time::Duration;

use aws::retry::RetryBudget;
use contracts::hold_generation::HoldGeneration;
use contracts::payloads::{OrderCancelled, OrderCreated, OrderRenewed, StockRejected};
use envelope::{InitError, timestamp};
use events::{Cause, Consumer, HandleError, consume};
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{self, Hold, OnOrder};
use crate::domain::stock_event::StockEvent;
use crate::store::{Holds, Outcome, Settlement};

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<SettleReservation>(SERVICE)
}

/// Time for one event. An event that needs longer is left to the queue's next delivery.
const TIME_PER_EVENT: Duration = Duration::from_secs(3);

/// The consumer.
#[derive(Debug)]
pub struct SettleReservation {
    /// The holds that it changes.
    pub holds: Holds,
    /// How long units are held again for an order whose hold had expired.
    pub hold_seconds: u64,
}

events::heard! {
    /// The events of orders that change a hold.
    pub enum OrderEvent {
        /// An order was placed.
        Created(OrderCreated),
        /// A pending order relies on a later hold.
        Renewed(OrderRenewed),
        /// An order was cancelled.
        Cancelled(OrderCancelled),
    }
}

impl Consumer for SettleReservation {
    type Event = OrderEvent;

    async fn init() -> Result<Self, InitError> {
        let hold_seconds = aws::parsed("HOLD_SECONDS")?;
        Ok(Self { holds: Holds::connect().await?, hold_seconds })
    }

    async fn handle(&self, event: OrderEvent) -> Result<(), HandleError> {
        let retries = conflict_retries(TIME_PER_EVENT);
        let (order_id, relies_on, cause) = match &event {
            OrderEvent::Created(event) => (&event.data.order_id, event.data.hold_generation, Cause::from(event)),
            OrderEvent::Renewed(event) => (&event.data.order_id, event.data.hold_generation, Cause::from(event)),
            OrderEvent::Cancelled(event) => {
                cancel(&self.holds, &event.data.order_id, Cause::from(event), retries).await?;
                return Ok(());
            }
        };
        settle(&self.holds, self.hold_seconds, order_id, relies_on, cause, retries).await?;
        Ok(())
    }
}

/// Settles the hold of a pending order that relies on this generation of it. If that has expired, holds the units again and
/// tells the order of the generation, or that there are no units for it.
///
/// # Errors
/// [`StoreError`]
pub async fn settle(
    holds: &Holds,
    hold_seconds: u64,
    order_id: &str,
    relies_on: HoldGeneration,
    cause: Cause<'_>,
    mut retries: RetryBudget,
) -> Result<(), StoreError> {
    let settled = StockEvent::settled(order_id, relies_on, cause);
    let mut hold = match holds.settle(order_id, relies_on, &settled, retries.clone()).await? {
        Settlement::Done => return Ok(()),
        Settlement::NotHeld(hold) => hold,
    };
    loop {
        let is_done = match hold {
            Some(hold) => {
                let expires_at = hold::expiry(timestamp::epoch_seconds(), hold_seconds);
                settle_hold(holds, &hold, relies_on, expires_at, cause).await?
            }
            // A hold is created before its order and kept, so this one was lost. The order must not stay pending.
            None => {
                let event = StockEvent::rejected(order_id, relies_on, StockRejected::NOT_HELD, cause);
                holds.create_cancelled(&Hold::cancelled(order_id, cause.request_id()), Some(&event)).await?
            }
        };
        if is_done {
            return Ok(());
        }
        retries.pause().await?;
        hold = holds.find(order_id).await?;
    }
}

/// False if the hold changed since it was read. `expires_at` (seconds since the epoch) is for units that the order does not
/// know of yet.
async fn settle_hold(
    holds: &Holds,
    hold: &Hold,
    relies_on: HoldGeneration,
    expires_at: u64,
    cause: Cause<'_>,
) -> Result<bool, StoreError> {
    let (id, generation) = (&hold.order_id, hold.generation);
    let reject = |reason| StockEvent::rejected(id, generation, reason, cause);
    let (transition, event, expires_at) = match hold.on_order(relies_on) {
        OnOrder::Nothing => return Ok(true),
        OnOrder::Reject => return holds.tell(hold, &reject(StockRejected::NOT_HELD)).await,
        OnOrder::Settle(transition) => (transition, StockEvent::settled(id, generation, cause), None),
        OnOrder::TellGeneration => (
            hold.state.unchanged(),
            StockEvent::held(id, generation, cause),
            Some(expires_at.max(hold.expires_at.unwrap_or(0))),
        ),
        OnOrder::HoldAgain(transition) => {
            let held = StockEvent::held(id, transition.generation_after(generation), cause);
            (transition, held, Some(expires_at))
        }
    };
    match holds.apply(hold, transition, Some(&event), expires_at).await? {
        Outcome::Applied => Ok(true),
        Outcome::HoldChanged | Outcome::Conflict => Ok(false),
        Outcome::InsufficientStock => holds.tell(hold, &reject(StockRejected::INSUFFICIENT_STOCK)).await,
    }
}

/// Cancels the hold of an order that was cancelled, which returns its units. If there is none, keeps one from being
/// created later.
///
/// # Errors
/// [`StoreError`]
pub async fn cancel(
    holds: &Holds,
    order_id: &str,
    cause: Cause<'_>,
    mut retries: RetryBudget,
) -> Result<(), StoreError> {
    loop {
        let is_done = match holds.find(order_id).await? {
            None => holds.create_cancelled(&Hold::cancelled(order_id, cause.request_id()), None).await?,
            Some(hold) => match hold.on_cancellation() {
                None => true,
                Some(transition) => holds.apply(&hold, transition, None, None).await? == Outcome::Applied,
            },
        };
        if is_done {
            return Ok(());
        }
        retries.pause().await?;
    }
}
