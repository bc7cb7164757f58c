//! An order.

use contracts::hold_generation::HoldGeneration;
use contracts::payloads::{OrderCancelled, OrderConfirmed, OrderCreated, OrderRenewed};
use contracts::reserve_stock::{PricedLine, ReserveResponse};
use envelope::timestamp;
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::domain::order_id::OrderId;
use crate::domain::shipping_address::ShippingAddress;
use crate::domain::status::{Status, Transition};

/// An order as it is stored, with amounts in cents. [`crate::domain::order_view`] is how the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The order's id.
    pub order_id: OrderId,
    /// Id of the customer; `None` if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The order's state.
    pub status: Status,
    /// Sum of the lines, in cents.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// The lines, at the prices of the time when the order was placed.
    pub items: Vec<PricedLine>,
    /// The generation of the hold that it relies on while it is pending.
    #[serde(default)]
    pub hold_generation: HoldGeneration,
    /// Where to send the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<ShippingAddress>,
    /// When the order was placed: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// Why the order was cancelled; `None` if the customer cancelled it or it is not cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Order {
    /// A new, pending order of what is held.
    pub fn place(
        order_id: OrderId,
        user_id: String,
        hold: ReserveResponse,
        shipping_address: Option<ShippingAddress>,
    ) -> Self {
        Self {
            order_id,
            user_id: Some(user_id),
            status: Status::Pending,
            total_amount: hold.total_amount,
            items: hold.items,
            hold_generation: hold.hold_generation,
            shipping_address,
            created_at: timestamp::now(),
            reason: None,
        }
    }

    /// Data of the event that the order was placed.
    pub fn created(&self) -> OrderCreated {
        OrderCreated {
            order_id: self.order_id.as_str().to_owned(),
            user_id: self.user_id.clone(),
            total_amount: self.total_amount.cents(),
            hold_generation: self.hold_generation,
        }
    }

    /// Data of the event that the order was confirmed.
    pub fn confirmed(&self) -> OrderConfirmed {
        OrderConfirmed { order_id: self.order_id.as_str().to_owned(), user_id: self.user_id.clone() }
    }
}

/// Data of the event that an order relies on a later hold.
pub fn renewed(order_id: &OrderId, hold_generation: HoldGeneration) -> OrderRenewed {
    OrderRenewed { order_id: order_id.as_str().to_owned(), hold_generation }
}

/// Data of the event that this transition cancelled an order.
pub fn cancelled(order_id: &OrderId, user_id: Option<&str>, transition: &Transition) -> OrderCancelled {
    OrderCancelled {
        order_id: order_id.as_str().to_owned(),
        user_id: user_id.map(str::to_owned),
        reason: transition.reason().map(str::to_owned),
    }
}
