//! `apply-stock-event`: what the product service says of an order's stock, made the order's state.

use std::process::ExitCode;

use contracts::payloads::{StockRejected, StockSettled};
use envelope::{InitError, metrics};
use events::{Consumer, Event, HandleError, Payload, consume};

use crate::SERVICE;
use crate::domain::order::{self, Order};
use crate::domain::order_id::OrderId;
use crate::domain::status::{Change, Status};
use crate::store::{Changed, Orders};

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<ApplyStockEvent>(SERVICE)
}

struct ApplyStockEvent {
    orders: Orders,
}

events::heard! {
    /// What the order service hears of its stock.
    pub enum StockEvent {
        /// It was taken.
        Settled(StockSettled),
        /// It was not to be had.
        Rejected(StockRejected),
    }
}

impl Consumer for ApplyStockEvent {
    type Event = StockEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    /// Moves a pending order, and no other. So an event that comes again, or after one that overtook it, or after
    /// the customer's cancellation, changes nothing.
    async fn handle(&self, event: StockEvent) -> Result<(), HandleError> {
        match event {
            StockEvent::Settled(event) => match self.find(&event.data.order_id).await? {
                Some(order) => self.apply(&order, &Change::Confirm, &event, order.confirmed()).await,
                None => Err(HandleError::new("stock was settled for an order that is not there")),
            },
            StockEvent::Rejected(event) => match self.find(&event.data.order_id).await? {
                Some(order) => {
                    let change = Change::Reject { reason: event.data.reason.clone() };
                    self.apply(&order, &change, &event, order::cancelled(&order.order_id, &order.user_id, &change))
                        .await
                }
                // Its stock was held, and then it was never written: the sweep gave back what was held.
                None if event.data.reason == StockRejected::EXPIRED => Ok(()),
                None => Err(HandleError::new("stock was rejected for an order that is not there")),
            },
        }
    }
}

impl ApplyStockEvent {
    async fn find(&self, id: &str) -> Result<Option<Order>, HandleError> {
        let Some(id) = OrderId::parse(id) else { return Ok(None) };
        Ok(self.orders.find(&id).await?.map(|stored| stored.order))
    }

    /// Makes the change, with the event that tells of it as caused by `cause`.
    async fn apply<C, T: Payload>(
        &self,
        order: &Order,
        change: &Change,
        cause: &Event<C>,
        told: T,
    ) -> Result<(), HandleError> {
        if order.status != Status::Pending {
            return Ok(());
        }
        let event = Event::new(SERVICE, told, cause);
        if let Changed::Done(order) = self.orders.change(&order.order_id, &order.user_id, change, &event).await? {
            let metric = if order.status == Status::Confirmed { "OrdersConfirmed" } else { "OrdersRejected" };
            metrics::count(SERVICE, metric, 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
