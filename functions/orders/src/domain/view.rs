//! An order as the API shows it: amounts as numbers with decimals, and nobody's id but its own.

use contracts::reserve_stock::PricedLine;
use money::{Amount, Price};
use serde::Serialize;

use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::shipping_address::ShippingAddress;
use crate::domain::status::Status;

/// A whole order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderAnswer<'a> {
    order_id: &'a OrderId,
    status: Status,
    total_amount: Amount,
    items: Vec<ItemAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<&'a ShippingAddress>,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> From<&'a Order> for OrderAnswer<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            order_id: &order.order_id,
            status: order.status,
            total_amount: order.total_amount,
            items: order.items.iter().map(ItemAnswer::from).collect(),
            shipping_address: order.shipping_address.as_ref(),
            created_at: &order.created_at,
            reason: order.reason.as_deref(),
        }
    }
}

/// What placing an order answers, the first time and every time after: `pending`, whatever became of it since.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacedAnswer<'a> {
    order_id: &'a OrderId,
    total_amount: Amount,
    items: Vec<ItemAnswer<'a>>,
    status: Status,
}

impl<'a> From<&'a Order> for PlacedAnswer<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            order_id: &order.order_id,
            total_amount: order.total_amount,
            items: order.items.iter().map(ItemAnswer::from).collect(),
            status: Status::Pending,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemAnswer<'a> {
    product_id: &'a str,
    product_name: &'a str,
    quantity: u32,
    unit_price: Price,
    total_price: Amount,
}

impl<'a> From<&'a PricedLine> for ItemAnswer<'a> {
    fn from(item: &'a PricedLine) -> Self {
        Self {
            product_id: &item.product_id,
            product_name: &item.product_name,
            quantity: item.quantity,
            unit_price: item.unit_price,
            total_price: item.total_price,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::world::order;

    #[test]
    fn a_cancelled_order_shows_all_that_is_known_of_it() {
        let mut order = order("ada");
        order.status = Status::Cancelled;
        order.reason = Some("expired".to_owned());
        assert_eq!(
            serde_json::to_value(OrderAnswer::from(&order)).unwrap(),
            json!({
                "orderId": order.order_id,
                "status": "cancelled",
                "totalAmount": 39.98,
                "items": [
                    {"productId": "p1", "productName": "Lamp", "quantity": 2, "unitPrice": 19.99, "totalPrice": 39.98},
                ],
                "createdAt": order.created_at,
                "reason": "expired",
            })
        );
    }

    #[test]
    fn the_answer_to_placing_an_order_stays_what_it_was() {
        let mut order = order("ada");
        let first = serde_json::to_string(&PlacedAnswer::from(&order)).unwrap();
        order.status = Status::Cancelled;
        assert_eq!(serde_json::to_string(&PlacedAnswer::from(&order)).unwrap(), first);
        assert!(first.starts_with(&format!(r#"{{"orderId":"{}","totalAmount":39.98,"#, order.order_id.as_str())));
        assert!(first.ends_with(r#""status":"pending"}"#), "{first}");
    }
}
