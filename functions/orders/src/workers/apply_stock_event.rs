//! `apply-stock-event`: confirms, renews or cancels a pending order when the product service reports on its stock.

use std::process::ExitCode;

use contracts::payloads::{StockHeld, StockRejected, StockSettled};
use envelope::{InitError, metrics};
use events::{Consumer, Event, HandleError, Payload, consume};

use crate::SERVICE;
use crate::domain::order::{self, Order};
use crate::domain::order_id::OrderId;
use crate::domain::status::{Status, Transition};
use crate::store::{Applied, Orders};

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<ApplyStockEvent>(SERVICE)
}

/// The consumer.
#[derive(Debug)]
pub struct ApplyStockEvent {
    /// The orders that it changes.
    pub orders: Orders,
}

events::heard! {
    /// The product service's events about the stock of an order.
    pub enum StockEvent {
        /// The stock is held for the order again.
        Held(StockHeld),
        /// The stock is sold to the order.
        Settled(StockSettled),
        /// There is no stock for the order.
        Rejected(StockRejected),
    }
}

impl Consumer for ApplyStockEvent {
    type Event = StockEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    /// Changes only a pending order, and by what is said of the hold that it relies on. So a repeated event, an event of an
    /// earlier hold, and an event that arrives after a later one or after the customer's cancellation change nothing.
    async fn handle(&self, event: StockEvent) -> Result<(), HandleError> {
        match event {
            StockEvent::Held(event) => match self.find(&event.data.order_id).await? {
                Some(order) => {
                    let renew = Transition::Renew { hold_generation: event.data.hold_generation };
                    let renewed = order::renewed(&order.order_id, event.data.hold_generation);
                    self.apply(&order, &renew, &event, renewed).await
                }
                None => Err(HandleError::new("stock was held again for an order that does not exist")),
            },
            StockEvent::Settled(event) => match self.find(&event.data.order_id).await? {
                Some(order) => self.apply(&order, &Transition::Confirm, &event, order.confirmed()).await,
                None => Err(HandleError::new("stock was settled for an order that does not exist")),
            },
            StockEvent::Rejected(event) => match self.find(&event.data.order_id).await? {
                Some(order) => {
                    let StockRejected { hold_generation, reason, .. } = event.data.clone();
                    let reject = Transition::Reject { hold_generation, reason };
                    let cancelled = order::cancelled(&order.order_id, order.user_id.as_deref(), &reject);
                    self.apply(&order, &reject, &event, cancelled).await
                }
                // The stock was held, the order was never written, and the sweep released the hold.
                None if event.data.reason == StockRejected::EXPIRED => Ok(()),
                None => Err(HandleError::new("stock was rejected for an order that does not exist")),
            },
        }
    }
}

impl ApplyStockEvent {
    async fn find(&self, id: &str) -> Result<Option<Order>, HandleError> {
        let Some(id) = OrderId::parse(id) else { return Ok(None) };
        Ok(self.orders.find(&id).await?.map(|stored| stored.order))
    }

    /// Applies the transition, and writes `payload` as an event that `cause` has led to.
    async fn apply<C, T: Payload>(
        &self,
        order: &Order,
        transition: &Transition,
        cause: &Event<C>,
        payload: T,
    ) -> Result<(), HandleError> {
        if !transition.applies_to(order.status, order.hold_generation) {
            return Ok(());
        }
        let event = Event::new(SERVICE, payload, cause);
        match self.orders.apply(&order.order_id, order.user_id.as_deref(), transition, &event).await? {
            Applied::Done(order) => match order.status {
                Status::Pending => {}
                Status::Confirmed => metrics::count(SERVICE, "OrdersConfirmed", 1),
                Status::Cancelled => metrics::count(SERVICE, "OrdersRejected", 1),
            },
            Applied::Refused(_) => {}
            // The next delivery reads the order without its customer.
            Applied::NotFound => return Err(HandleError::new("the order's customer was erased since it was read")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
