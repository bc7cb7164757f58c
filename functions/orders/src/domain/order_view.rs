//! An order as the API shows it: amounts as decimal numbers, and without the customer's id.

use contracts::reserve_stock::PricedLine;
use money::{Amount, Price};
use serde::Serialize;

use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::shipping_address::ShippingAddress;
use crate::domain::status::Status;

/// An order in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView<'a> {
    order_id: &'a OrderId,
    status: Status,
    total_amount: Amount,
    items: Vec<LineView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<&'a ShippingAddress>,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> From<&'a Order> for OrderView<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            order_id: &order.order_id,
            status: order.status,
            total_amount: order.total_amount,
            items: order.items.iter().map(LineView::from).collect(),
            shipping_address: order.shipping_address.as_ref(),
            created_at: &order.created_at,
            reason: order.reason.as_deref(),
        }
    }
}

/// A new order in the response that creates it. A replayed response is the same: its status is `pending`, even if the
/// order was confirmed or cancelled since.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacedOrderView<'a> {
    order_id: &'a OrderId,
    total_amount: Amount,
    items: Vec<LineView<'a>>,
    status: Status,
}

impl<'a> From<&'a Order> for PlacedOrderView<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            order_id: &order.order_id,
            total_amount: order.total_amount,
            items: order.items.iter().map(LineView::from).collect(),
            status: Status::Pending,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LineView<'a> {
    product_id: &'a str,
    product_name: &'a str,
    quantity: u32,
    unit_price: Price,
    total_price: Amount,
}

impl<'a> From<&'a PricedLine> for LineView<'a> {
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
    use crate::store::fixture::order;

    #[test]
    fn a_cancelled_order_is_shown_with_its_reason() {
        let mut order = order("ada");
        order.status = Status::Cancelled;
        order.reason = Some("expired".to_owned());
        assert_eq!(
            serde_json::to_value(OrderView::from(&order)).unwrap(),
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
    fn the_response_of_a_new_order_stays_the_same_after_it_was_cancelled() {
        let mut order = order("ada");
        let first = serde_json::to_string(&PlacedOrderView::from(&order)).unwrap();
        order.status = Status::Cancelled;
        assert_eq!(serde_json::to_string(&PlacedOrderView::from(&order)).unwrap(), first);
        assert!(first.starts_with(&format!(r#"{{"orderId":"{}","totalAmount":39.98,"#, order.order_id.as_str())));
        assert!(first.ends_with(r#""status":"pending"}"#), "{first}");
    }
}
