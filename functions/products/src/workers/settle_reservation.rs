//! `settle-reservation`: a hold follows what becomes of its order.

use std::process::ExitCode;
use std::time::Duration;

use aws::retry::RetryBudget;
use contracts::payloads::{OrderCancelled, OrderCreated, StockRejected};
use envelope::{InitError, timestamp};
use events::{Cause, Consumer, HandleError, consume};
use money::Amount;
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{Hold, State, StockEvent};
use crate::store::{Holds, Made};

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<SettleReservation>(SERVICE)
}

/// How long one event may be tried; what is not done by then comes again.
const PATIENCE: Duration = Duration::from_secs(3);

struct SettleReservation {
    holds: Holds,
}

events::heard! {
    /// What the product service hears of orders.
    pub enum OrderEvent {
        /// One was placed.
        Created(OrderCreated),
        /// One was cancelled.
        Cancelled(OrderCancelled),
    }
}

impl Consumer for SettleReservation {
    type Event = OrderEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { holds: Holds::connect().await? })
    }

    async fn handle(&self, event: OrderEvent) -> Result<(), HandleError> {
        let retries = conflict_retries(PATIENCE);
        match event {
            OrderEvent::Created(event) => {
                settle(&self.holds, &event.data.order_id, Cause::from(&event), retries).await?
            }
            OrderEvent::Cancelled(event) => {
                cancel(&self.holds, &event.data.order_id, Cause::from(&event), retries).await?
            }
        }
        Ok(())
    }
}

/// The order was placed: its units are sold, or it hears that there are none.
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
        let done = match holds.find(order_id).await? {
            // Holds are made before orders, and kept: someone lost it. The order must not wait for it for ever.
            None => {
                let event = StockEvent::rejected(order_id, StockRejected::NOT_HELD, cause);
                holds.remember_cancelled(&nothing_held(order_id, cause), Some(&event)).await?
            }
            Some(hold) => settle_hold(holds, &hold, cause).await?,
        };
        if done {
            return Ok(());
        }
        retries.pause().await?;
    }
}

async fn settle_hold(holds: &Holds, hold: &Hold, cause: Cause<'_>) -> Result<bool, StoreError> {
    let Some(step) = hold.state.settle() else { return Ok(true) };
    match holds.make(hold, step, Some(&StockEvent::settled(&hold.order_id, cause)), None).await? {
        Made::Done => Ok(true),
        Made::Changed | Made::Contended => Ok(false),
        Made::Short { .. } => {
            let event = StockEvent::rejected(&hold.order_id, StockRejected::INSUFFICIENT_STOCK, cause);
            holds.reject(hold, &event).await
        }
    }
}

/// The order was cancelled: its units go back, and are never taken again.
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
        let done = match holds.find(order_id).await? {
            None => holds.remember_cancelled(&nothing_held(order_id, cause), None).await?,
            Some(hold) => match hold.state.cancel() {
                None => true,
                Some(step) => holds.make(&hold, step, None, None).await? == Made::Done,
            },
        };
        if done {
            return Ok(());
        }
        retries.pause().await?;
    }
}

/// What is written down of an order for which nothing was held: that it is cancelled.
fn nothing_held(order_id: &str, cause: Cause<'_>) -> Hold {
    Hold {
        order_id: order_id.to_owned(),
        state: State::Cancelled,
        fingerprint: String::new(),
        items: Vec::new(),
        total_amount: Amount::default(),
        request_id: cause.request_id().to_owned(),
        expires_at: None,
        created_at: timestamp::now(),
    }
}
