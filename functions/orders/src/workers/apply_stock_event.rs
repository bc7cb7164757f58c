//! `apply-stock-event`: confirms or cancels a pending order when the product service reports on its stock.

use std::process::ExitCode;

use contracts::payloads::{StockRejected, StockSettled};
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

struct ApplyStockEvent {
    orders: Orders,
}

events::heard! {
    /// The product service's events about the stock of an order.
    pub enum StockEvent {
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

    /// Changes only a pending order, so a repeated event, an event that arrives after a later one, and an event that
    /// arrives after the customer's cancellation change nothing.
    async fn handle(&self, event: StockEvent) -> Result<(), HandleError> {
        match event {
            StockEvent::Settled(event) => match self.find(&event.data.order_id).await? {
                Some(order) => self.apply(&order, &Transition::Confirm, &event, order.confirmed()).await,
                None => Err(HandleError::new("stock was settled for an order that does not exist")),
            },
            StockEvent::Rejected(event) => match self.find(&event.data.order_id).await? {
                Some(order) => {
                    let reject = Transition::Reject { reason: event.data.reason.clone() };
                    let cancelled = order::cancelled(&order.order_id, &order.user_id, &reject);
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
        if order.status != Status::Pending {
            return Ok(());
        }
        let event = Event::new(SERVICE, payload, cause);
        if let Applied::Done(order) = self.orders.apply(&order.order_id, &order.user_id, transition, &event).await? {
            let metric = if order.status == Status::Confirmed { "OrdersConfirmed" } else { "OrdersRejected" };
            metrics::count(SERVICE, metric, 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
