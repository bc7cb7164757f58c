//! An order.

use contracts::payloads::{OrderCancelled, OrderConfirmed, OrderCreated};
use contracts::reserve_stock::PricedLine;
use envelope::timestamp;
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::domain::order_id::OrderId;
use crate::domain::shipping_address::ShippingAddress;
use crate::domain::status::{Change, Status};

/// What a customer ordered and what became of it, as it is stored: amounts in cents. [`crate::domain::view`] is how it is
/// shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// What it is known by.
    pub order_id: OrderId,
    /// Whose it is.
    pub user_id: String,
    /// How far it has come.
    pub status: Status,
    /// What it costs.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// What was ordered, at the prices of that moment.
    pub items: Vec<PricedLine>,
    /// Where it goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<ShippingAddress>,
    /// When it was placed: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// Why it was cancelled, if not because its customer wished it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Order {
    /// A new order, pending.
    pub fn place(
        order_id: OrderId,
        user_id: String,
        items: Vec<PricedLine>,
        total_amount: Amount,
        shipping_address: Option<ShippingAddress>,
    ) -> Self {
        Self {
            order_id,
            user_id,
            status: Status::Pending,
            total_amount,
            items,
            shipping_address,
            created_at: timestamp::now(),
            reason: None,
        }
    }

    /// What others hear when it is placed.
    pub fn created(&self) -> OrderCreated {
        OrderCreated {
            order_id: self.order_id.as_str().to_owned(),
            user_id: self.user_id.clone(),
            total_amount: self.total_amount.cents(),
        }
    }

    /// What others hear when its stock was taken.
    pub fn confirmed(&self) -> OrderConfirmed {
        OrderConfirmed { order_id: self.order_id.as_str().to_owned(), user_id: self.user_id.clone() }
    }
}

/// What others hear when an order is cancelled by this change.
pub fn cancelled(order_id: &OrderId, user_id: &str, change: &Change) -> OrderCancelled {
    OrderCancelled {
        order_id: order_id.as_str().to_owned(),
        user_id: user_id.to_owned(),
        reason: change.reason().map(str::to_owned),
    }
}
