//! The data of each event.

use events::Payload;
use serde::{Deserialize, Serialize};

use crate::hold_generation::HoldGeneration;

macro_rules! payload {
    ($payload:ident, $kind:literal, $subject:ident) => {
        impl Payload for $payload {
            const TYPE: &'static str = $kind;

            fn subject(&self) -> &str {
                &self.$subject
            }
        }
    };
}

/// `user.created`: a user has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCreated {
    /// The user's id.
    pub user_id: String,
    /// The user's email address.
    pub email: String,
    /// The user's name.
    pub name: String,
}

payload!(UserCreated, "user.created", user_id);

/// `user.erased`: a user's account is gone, and every service erases what it keeps about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserErased {
    /// The user's id.
    pub user_id: String,
}

payload!(UserErased, "user.erased", user_id);

/// `mail.requested`: a mail is to be sent. To whom is in the item that the event was written with, so no address is in queues,
/// and no token either: whatever sends the mail makes its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailRequested {
    /// What the mail is for.
    pub kind: MailKind,
    /// The user's id. A request that names an address and not a user has a random one in its place.
    pub user_id: String,
}

/// What a requested mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// To show that the user reads mail to the address.
    VerifyEmail,
    /// To choose a new password.
    PasswordReset,
}

payload!(MailRequested, "mail.requested", user_id);

/// `product.created`: a product was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductCreated {
    /// The product's id.
    pub product_id: String,
    /// The product's name.
    pub name: String,
    /// The product's category.
    pub category: String,
}

payload!(ProductCreated, "product.created", product_id);

/// `order.created`: an order was placed and is pending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCreated {
    /// The order's id.
    pub order_id: String,
    /// Id of the customer; absent if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The order's total, in cents.
    pub total_amount: u64,
    /// The generation of the hold that the order was written with.
    #[serde(default)]
    pub hold_generation: HoldGeneration,
}

payload!(OrderCreated, "order.created", order_id);

/// `order.renewed`: a pending order whose hold had expired relies on a later hold from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderRenewed {
    /// The order's id.
    pub order_id: String,
    /// The later hold's generation.
    pub hold_generation: HoldGeneration,
}

payload!(OrderRenewed, "order.renewed", order_id);

/// `order.confirmed`: the stock of an order is sold to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    /// The order's id.
    pub order_id: String,
    /// Id of the customer; absent if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

payload!(OrderConfirmed, "order.confirmed", order_id);

/// `order.cancelled`: the customer cancelled an order, or there was no stock for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order's id.
    pub order_id: String,
    /// Id of the customer; absent if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The `reason` of the [`StockRejected`] that cancelled the order; absent if the customer did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

payload!(OrderCancelled, "order.cancelled", order_id);

/// `stock.held`: stock is held for an order whose earlier hold had expired. It is sold to the order once the order says
/// that it relies on this hold ([`OrderRenewed`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockHeld {
    /// The order's id.
    pub order_id: String,
    /// The hold's generation.
    pub hold_generation: HoldGeneration,
}

payload!(StockHeld, "stock.held", order_id);

/// `stock.settled`: the stock held for an order is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockSettled {
    /// The order's id.
    pub order_id: String,
    /// The generation of the hold that was settled.
    #[serde(default)]
    pub hold_generation: HoldGeneration,
}

payload!(StockSettled, "stock.settled", order_id);

/// `stock.rejected`: there is no stock for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockRejected {
    /// The order's id.
    pub order_id: String,
    /// The generation of the hold that has no stock. It says nothing about later ones.
    #[serde(default)]
    pub hold_generation: HoldGeneration,
    /// One of this type's constants. The customer reads it in the order and in a notification.
    pub reason: String,
}

impl StockRejected {
    /// The hold's time was over before the order was placed.
    pub const EXPIRED: &str = "expired";
    /// The hold had expired, and its units were sold before the order's event arrived.
    pub const INSUFFICIENT_STOCK: &str = "insufficient stock";
    /// Nothing was ever held for the order, or its hold had expired and its key went to another request.
    pub const NOT_HELD: &str = "not held";
}

payload!(StockRejected, "stock.rejected", order_id);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_from_before_generations_means_the_first() {
        let settled: StockSettled = serde_json::from_value(json!({"orderId": "o1"})).unwrap();
        assert_eq!(settled.hold_generation, HoldGeneration::FIRST);
        let rejected: StockRejected = serde_json::from_value(json!({"orderId": "o1", "reason": "expired"})).unwrap();
        assert_eq!(serde_json::to_value(rejected).unwrap()["holdGeneration"], json!(1));
    }

    #[test]
    fn a_reason_is_left_out_of_an_order_that_its_customer_cancelled() {
        let cancelled = |reason: Option<&str>| OrderCancelled {
            order_id: "o1".into(),
            user_id: Some("ada".into()),
            reason: reason.map(str::to_owned),
        };
        let by_customer = json!({"orderId": "o1", "userId": "ada"});
        let by_sweep = json!({"orderId": "o1", "userId": "ada", "reason": "expired"});
        for (event, json) in [(cancelled(None), by_customer), (cancelled(Some(StockRejected::EXPIRED)), by_sweep)] {
            assert_eq!(serde_json::to_value(&event).unwrap(), json);
            assert_eq!(serde_json::from_value::<OrderCancelled>(json).unwrap(), event);
        }
    }
}
