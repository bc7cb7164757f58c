//! What the events say. Amounts are in cents.

use serde::{Deserialize, Serialize};

use crate::Payload;

/// `user.created`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCreated {
    /// The user's id.
    pub user_id: String,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl Payload for UserCreated {
    const TYPE: &'static str = "user.created";

    fn subject(&self) -> &str {
        &self.user_id
    }
}

/// `product.created`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductCreated {
    /// The product's id.
    pub product_id: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
}

impl Payload for ProductCreated {
    const TYPE: &'static str = "product.created";

    fn subject(&self) -> &str {
        &self.product_id
    }
}

/// `order.created`: an order is pending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCreated {
    /// The order's id.
    pub order_id: String,
    /// The id of the user whose order it is.
    pub user_id: String,
    /// What it costs, in cents.
    pub total_amount: u64,
}

impl Payload for OrderCreated {
    const TYPE: &'static str = "order.created";

    fn subject(&self) -> &str {
        &self.order_id
    }
}

/// `order.confirmed`: its stock is taken for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    /// The order's id.
    pub order_id: String,
    /// The id of the user whose order it is.
    pub user_id: String,
}

impl Payload for OrderConfirmed {
    const TYPE: &'static str = "order.confirmed";

    fn subject(&self) -> &str {
        &self.order_id
    }
}

/// `order.cancelled`: by its user, or because there was no stock for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order's id.
    pub order_id: String,
    /// The id of the user whose order it is.
    pub user_id: String,
    /// Why, if not by its user's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Payload for OrderCancelled {
    const TYPE: &'static str = "order.cancelled";

    fn subject(&self) -> &str {
        &self.order_id
    }
}

/// `stock.settled`: the stock held for an order is taken for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockSettled {
    /// The order's id.
    pub order_id: String,
}

impl Payload for StockSettled {
    const TYPE: &'static str = "stock.settled";

    fn subject(&self) -> &str {
        &self.order_id
    }
}

/// `stock.rejected`: there is no stock for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockRejected {
    /// The order's id.
    pub order_id: String,
    /// Why.
    pub reason: String,
}

impl Payload for StockRejected {
    const TYPE: &'static str = "stock.rejected";

    fn subject(&self) -> &str {
        &self.order_id
    }
}
