//! The events with which the order service hears what became of a hold.

use contracts::hold_generation::HoldGeneration;
use contracts::payloads::{StockHeld, StockRejected, StockSettled};
use events::{Cause, Event};
use serde::Serialize;

use crate::SERVICE;

/// An event about a hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum StockEvent {
    /// `stock.held`
    Held(Event<StockHeld>),
    /// `stock.settled`
    Settled(Event<StockSettled>),
    /// `stock.rejected`
    Rejected(Event<StockRejected>),
}

impl StockEvent {
    /// The units of an order are held again, as this generation.
    pub fn held(order_id: &str, hold_generation: HoldGeneration, cause: Cause<'_>) -> Self {
        Self::Held(Event::new(SERVICE, StockHeld { order_id: order_id.to_owned(), hold_generation }, cause))
    }

    /// The units of an order are sold.
    pub fn settled(order_id: &str, hold_generation: HoldGeneration, cause: Cause<'_>) -> Self {
        Self::Settled(Event::new(SERVICE, StockSettled { order_id: order_id.to_owned(), hold_generation }, cause))
    }

    /// This generation of an order's hold has no units; `reason` is one of [`StockRejected`]'s.
    pub fn rejected(order_id: &str, hold_generation: HoldGeneration, reason: &str, cause: Cause<'_>) -> Self {
        let rejected = StockRejected { order_id: order_id.to_owned(), hold_generation, reason: reason.to_owned() };
        Self::Rejected(Event::new(SERVICE, rejected, cause))
    }
}
