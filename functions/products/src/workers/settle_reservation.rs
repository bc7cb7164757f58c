//! `settle-reservation`: settles or cancels an order's hold when the order is placed or cancelled. Consumes a queue.

use std::process::ExitCode;
use std::time::Duration;

use aws::retry::RetryBudget;
use contracts::payloads::{OrderCancelled, OrderCreated, StockRejected};
use envelope::InitError;
use events::{Cause, Consumer, HandleError, consume};
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{Hold, StockEvent};
use crate::store::{Holds, Outcome};

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<SettleReservation>(SERVICE)
}

/// Time for one event. An event that needs longer is left to the queue's next delivery.
const TIME_PER_EVENT: Duration = Duration::from_secs(3);

struct SettleReservation {
    holds: Holds,
}

events::heard! {
    /// The events of orders that change a hold.
    pub enum OrderEvent {
        /// An order was placed.
        Created(OrderCreated),
        /// An order was cancelled.
        Cancelled(OrderCancelled),
    }
}

impl Consumer for SettleReservation {
    type Event = OrderEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { holds: Holds::connect().await? })
    }

    async fn handle(&self, event: OrderEvent) -> Result<(), HandleError> {
        let retries = conflict_retries(TIME_PER_EVENT);
        match event {
            OrderEvent::Created(event) => {
                settle(&self.holds, &event.data.order_id, Cause::from(&event), retries).await?;
            }
            OrderEvent::Cancelled(event) => {
                cancel(&self.holds, &event.data.order_id, Cause::from(&event), retries).await?;
            }
        }
        Ok(())
    }
}

/// Settles the hold of an order that was placed, or tells the order that there are no units for it.
///
/// # Errors
/// [`StoreError`]
pub async fn settle(
    holds: &Holds,
    order_id: &str,
    cause: Cause<'_>,
    mut retries: RetryBudget,
) -> Result<(), StoreError> {
    loop {
        let is_done = match holds.find(order_id).await? {
            Some(hold) => settle_hold(holds, &hold, cause).await?,
            // A hold is created before its order and kept, so this one was lost. The order must not stay pending.
            None => {
                let event = StockEvent::rejected(order_id, StockRejected::NOT_HELD, cause);
                holds.create_cancelled(&Hold::cancelled(order_id, cause.request_id()), Some(&event)).await?
            }
        };
        if is_done {
            return Ok(());
        }
        retries.pause().await?;
    }
}

/// False if the hold changed since it was read.
async fn settle_hold(holds: &Holds, hold: &Hold, cause: Cause<'_>) -> Result<bool, StoreError> {
    let Some(transition) = hold.state.settle() else { return Ok(true) };
    match holds.apply(hold, transition, Some(&StockEvent::settled(&hold.order_id, cause)), None).await? {
        Outcome::Applied => Ok(true),
        Outcome::StateChanged | Outcome::Conflict => Ok(false),
        Outcome::InsufficientStock { .. } => {
            let event = StockEvent::rejected(&hold.order_id, StockRejected::INSUFFICIENT_STOCK, cause);
            holds.reject(hold, &event).await
        }
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
            Some(hold) => match hold.state.cancel() {
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
