//! What is true of every shop at rest.

use contracts::reserve_stock::PricedLine;
use orders::domain::status::Status;
use products::domain::hold_state::State;
use serde_json::Value;

use crate::shop::{Shop, UNITS};

impl Shop {
    /// # Panics
    /// One of the invariants does not hold.
    pub async fn assert_sound(&self) {
        let seed = self.seed;
        let (holds, orders) = (self.changes("HoldsTable").await, self.changes("OrdersTable").await);
        let mut sold = [0; 2];
        for id in &self.ids {
            let hold = self.holds.find(id.as_str()).await.unwrap();
            let was_settled = of(&holds, id.as_str()).any(|hold| hold["state"] == "settled");
            // Cancelled is final.
            let mut states = of(&orders, id.as_str()).map(|order| &order["status"]);
            states.find(|status| *status == "cancelled");
            assert!(states.all(|status| status == "cancelled"), "seed {seed}: {id:?} was cancelled");

            let Some(order) = self.order(id).await else {
                assert!(hold.is_none_or(|hold| hold.state == State::Expired), "seed {seed}: units for no order");
                continue;
            };
            let hold = hold.unwrap();
            match order.status {
                Status::Pending => panic!("seed {seed}: {id:?} is pending: {hold:?}"),
                Status::Confirmed => {
                    assert_eq!(hold.state, State::Settled, "seed {seed}");
                    assert_eq!(units(&hold.items), units(&order.items), "seed {seed}: another request's units");
                    for (sold, (_, quantity)) in sold.iter_mut().zip(units(&hold.items)) {
                        *sold += quantity;
                    }
                }
                Status::Cancelled => {
                    assert_eq!(hold.state, State::Cancelled, "seed {seed}");
                    let by_customer = order.reason.is_none();
                    assert!(by_customer || !was_settled, "seed {seed}: {id:?} had its units: {:?}", order.reason);
                }
            }
        }
        for (product, sold) in self.products.iter().zip(sold) {
            let stock = self.changes("ProductsTable").await;
            let stock =
                stock.iter().rev().find(|(_, new)| new["id"] == product.id.as_str()).unwrap().1["stock"].as_u64();
            assert_eq!(stock.map(|stock| stock + sold), Some(UNITS), "seed {seed}");
        }
    }
}

/// What was written to one item.
fn of<'a>(changes: &'a [(Value, Value)], order_id: &'a str) -> impl Iterator<Item = &'a Value> {
    changes.iter().map(|(_, new)| new).filter(move |new| new["orderId"] == order_id)
}

/// Product and quantity of each line.
fn units(lines: &[PricedLine]) -> Vec<(&str, u64)> {
    lines.iter().map(|line| (line.product_id.as_str(), u64::from(line.quantity))).collect()
}
