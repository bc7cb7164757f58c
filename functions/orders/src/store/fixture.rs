//! A table of orders for a test, and ways to fill it.

use std::time::Duration;

use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::{HoldState, PricedLine, ReserveResponse};
use events::{Cause, Event, Payload};
use idempotency::Requests;
use local_testing::Tables;
use money::{Amount, Price};
use tables::{ErasureMarks, StoreError, conflict_retries};

use super::{Erasure, Inserted, OrderList, Orders};
use crate::SERVICE;
use crate::domain::order::Order;
use crate::domain::order_id::OrderId;

/// The response of `reserve-stock` for two lamps.
pub(crate) fn hold(state: HoldState) -> ReserveResponse {
    let unit_price = Price::from_cents(1_999).unwrap();
    let lamps = PricedLine {
        product_id: "p1".to_owned(),
        product_name: "Lamp".to_owned(),
        quantity: 2,
        unit_price,
        total_price: unit_price.times(2),
    };
    let total_amount = Amount::from_cents(3_998);
    ReserveResponse { items: vec![lamps], total_amount, state, hold_generation: HoldGeneration::FIRST }
}

/// A pending order of this customer.
pub(crate) fn order(user_id: &str) -> Order {
    Order::place(OrderId::random(), user_id.to_owned(), hold(HoldState::Held), None)
}

/// An event that request `r1` caused.
pub(crate) fn event<T: Payload>(payload: T) -> Event<T> {
    Event::new(SERVICE, payload, Cause::request("r1"))
}

/// The template's tables, empty, and the stores on them.
pub(crate) struct Fixture {
    pub(crate) tables: Tables,
    pub(crate) orders: Orders,
    pub(crate) list: OrderList,
    pub(crate) erased: ErasureMarks,
    pub(crate) erasure: Erasure,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let tables = Tables::of_template().await;
        let orders = Orders::new(tables.client(), "OrdersTable");
        let list = OrderList::new(tables.client(), "OrdersTable");
        let erased = ErasureMarks::new(tables.client(), "OrderErasuresTable");
        let erasure = Erasure::new(tables.client(), "OrdersTable", erased.clone());
        Self { tables, orders, list, erased, erasure }
    }

    pub(crate) fn requests(&self) -> Requests {
        Requests::new(self.tables.client(), "OrderRequestsTable")
    }

    /// Adds a pending order of this customer.
    pub(crate) async fn placed(&self, user_id: &str) -> Order {
        let order = order(user_id);
        self.add(&order, "f1").await.unwrap();
        order
    }

    /// Adds an order with its event.
    pub(crate) async fn add(&self, order: &Order, fingerprint: &str) -> Result<Inserted, StoreError> {
        let retries = conflict_retries(Duration::from_secs(5));
        self.orders.insert(order, fingerprint, &event(order.created()), &self.erased, retries).await
    }

    /// The types of the events in the table's stream, in order.
    pub(crate) async fn event_types(&self) -> Vec<String> {
        let stream = self.tables.stream_event("OrdersTable").await;
        let kinds = stream["Records"].as_array().unwrap().iter();
        kinds
            .map(|record| record["dynamodb"]["NewImage"]["event"]["M"]["type"]["S"].as_str().unwrap().to_owned())
            .collect()
    }
}
