//! `reserve-stock`: before an order is written, the order service has the product service hold every line of it, or
//! none, under the order's id.
//!
//! A request that is sent again, with the same order id and lines, gets the same hold at the same prices, for the
//! full time. If that hold has expired, it gets a new one at the prices of the day.

use envelope::Caller;
use money::{Amount, Price};
use serde::{Deserialize, Serialize};

use crate::hold_generation::HoldGeneration;

/// Name of the service that holds the stock.
pub const SERVICE_NAME: &str = "product-service";

/// Most lines of an order: with the hold itself they have to fit into one transaction of 100 items ("Amazon DynamoDB
/// Transactions: How it works").
pub const MAX_LINES: usize = 50;

/// Most units of one product in an order.
pub const MAX_QUANTITY: u32 = 10_000;

/// The request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReserveRequest {
    /// Id that the order will have.
    pub order_id: String,
    /// Fingerprint of the order's lines, and of nothing else: the hold keeps it, and is nobody's. A request with the same order
    /// id and other lines is refused until the hold of the first has expired.
    pub fingerprint: String,
    /// Id of the customer's request, for the log. The customer may have typed it.
    pub request_id: String,
    /// Id of that request in events, which nobody typed: the hold keeps it, for the event of its expiry. Empty from a caller of
    /// an earlier version.
    #[serde(default)]
    pub cause_id: String,
    /// Who sent that request, for the log.
    #[serde(default)]
    pub caller: Caller,
    /// 1 to [`MAX_LINES`] lines.
    pub items: Vec<Line>,
}

/// A line to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The product's id.
    pub product_id: String,
    /// Units: 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
}

/// The response: what is held, at the prices of the time when it was first held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReserveResponse {
    /// The lines in the order of the request.
    pub items: Vec<PricedLine>,
    /// Sum of the lines, in cents.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// The hold's state.
    pub state: HoldState,
    /// The hold's generation. The order is written with it.
    #[serde(default)]
    pub hold_generation: HoldGeneration,
}

/// A line at the price it was first held at. Holds and orders are stored with it as it stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PricedLine {
    /// The product's id.
    pub product_id: String,
    /// The product's name at that time.
    pub product_name: String,
    /// Units: 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
    /// Price of one unit, in cents.
    #[serde(with = "money::cents")]
    pub unit_price: Price,
    /// Price of all units, in cents.
    #[serde(with = "money::cents")]
    pub total_price: Amount,
}

/// The state of a hold in a response. Instead of an expired one there is a new one, so it is never one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// The units are set aside.
    Held,
    /// The units are sold: an earlier request has placed the order.
    Settled,
    /// The order was cancelled, and its units are never held again.
    Cancelled,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_request_is_json_in_camel_case() {
        let request = ReserveRequest {
            order_id: "o1".into(),
            fingerprint: "f1".into(),
            request_id: "r1".into(),
            cause_id: "c1".into(),
            caller: Caller { user_id: Some("u1".into()), ..Caller::default() },
            items: vec![Line { product_id: "p1".into(), quantity: 2 }],
        };
        let json = json!({
            "orderId": "o1",
            "fingerprint": "f1",
            "requestId": "r1",
            "causeId": "c1",
            "caller": {"userId": "u1"},
            "items": [{"productId": "p1", "quantity": 2}],
        });
        assert_eq!(serde_json::to_value(&request).unwrap(), json);
        assert_eq!(serde_json::from_value::<ReserveRequest>(json).unwrap(), request);
    }

    #[test]
    fn the_response_counts_money_in_cents() {
        let unit_price = Price::from_cents(1_999).unwrap();
        let line = PricedLine {
            product_id: "p1".into(),
            product_name: "Lamp".into(),
            quantity: 2,
            unit_price,
            total_price: unit_price.times(2),
        };
        let total_amount = line.total_price;
        let hold_generation = HoldGeneration::FIRST.next();
        let response = ReserveResponse { items: vec![line], total_amount, state: HoldState::Held, hold_generation };
        let json = json!({
            "items": [
                {"productId": "p1", "productName": "Lamp", "quantity": 2, "unitPrice": 1_999, "totalPrice": 3_998},
            ],
            "totalAmount": 3_998,
            "state": "held",
            "holdGeneration": 2,
        });
        assert_eq!(serde_json::to_value(&response).unwrap(), json);
        assert_eq!(serde_json::from_value::<ReserveResponse>(json).unwrap(), response);
    }
}
