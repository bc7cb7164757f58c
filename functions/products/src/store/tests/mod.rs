//! The stores against DynamoDB as it runs locally, under the template's own tables.

mod catalogue;
mod holds;
mod index;
mod products;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::retry::RetryBudget;
use contracts::reserve_stock::{Line, ReserveRequest, ReserveResponse};
use envelope::timestamp;
use events::stream::StreamEvent;
use events::{Cause, Event};
use local_testing::{Fault, FaultKind, Tables};
use tables::conflict_retries;

use super::{Catalogue, Holds, Index, Postings, Products, Shelves};
use crate::SERVICE;
use crate::domain::hold::Hold;
use crate::domain::index::wanted;
use crate::domain::product::Product;
use crate::domain::product::tests::product;
use crate::workers::reserve_stock;

/// What the tests of this service happen in.
pub(crate) struct World {
    pub tables: Tables,
    pub products: Products,
    pub holds: Holds,
    pub index: Index,
    pub catalogue: Catalogue,
    indexed: AtomicUsize,
}

pub(crate) const CAUSE: Cause<'static> = Cause::request("r1");

/// More than a test needs.
pub(crate) const TIME_LEFT: Duration = Duration::from_secs(7);

/// More than a test needs.
pub(crate) fn retries() -> RetryBudget {
    conflict_retries(TIME_LEFT)
}

/// So little that a few pauses use it up.
pub(crate) fn few_retries() -> RetryBudget {
    conflict_retries(Duration::from_millis(90))
}

impl World {
    pub async fn new() -> Self {
        let tables = Tables::of_template().await;
        let [products, index, holds] = ["ProductsTable", "ProductIndexTable", "HoldsTable"].map(str::to_owned);
        let client = tables.client();
        Self {
            products: Products::new(client.clone(), products.clone()),
            holds: Holds::new(client.clone(), holds, products.clone()),
            index: Index::new(client.clone(), index.clone()),
            catalogue: Catalogue::new(
                Shelves::new(client.clone(), products),
                Postings::new(client.clone(), index.clone()),
                Index::new(client, index),
            ),
            tables,
            indexed: AtomicUsize::new(0),
        }
    }

    /// Puts a product into the shop.
    pub async fn add(&self, product: Product) -> Product {
        self.products.insert(&product, &Event::new(SERVICE, product.created(), CAUSE)).await.unwrap();
        product
    }

    /// A product of which there are so many.
    pub async fn stocked(&self, stock: u64) -> Product {
        self.add(product("Lamp", "Light", 1_999, stock)).await
    }

    pub async fn stock(&self, product: &Product) -> u64 {
        self.products.find(&product.id).await.unwrap().unwrap().stock
    }

    /// Does what `index-products` does with everything that happened to products since the last time.
    pub async fn index_all(&self) {
        let event = self.tables.stream_event("ProductsTable").await;
        let event: StreamEvent = serde_json::from_value(event).unwrap();
        let before = self.indexed.swap(event.records.len(), Ordering::Relaxed);
        for record in event.records.into_iter().skip(before) {
            if let Some((id, wanted)) = wanted(&record).unwrap() {
                self.index.bring_to(&id, &wanted, TIME_LEFT).await.unwrap();
            }
        }
    }

    pub async fn reserve(
        &self,
        order_id: &str,
        wishes: &[(&Product, u32)],
    ) -> Result<ReserveResponse, envelope::Failure> {
        reserve_stock::reserve(&self.holds, 900, &request(order_id, wishes), retries()).await
    }

    pub async fn hold(&self, order_id: &str) -> Option<Hold> {
        self.holds.find(order_id).await.unwrap()
    }

    /// Units in stock, and those that orders have, which together never change.
    pub async fn units(&self, product: &Product, orders: &[String]) -> u64 {
        let mut units = self.stock(product).await;
        for order in orders {
            let hold = self.hold(order).await.filter(|hold| hold.state.has_units());
            let lines = hold.into_iter().flat_map(|hold| hold.items);
            units +=
                lines.filter(|line| line.product_id == product.id).map(|line| u64::from(line.quantity)).sum::<u64>();
        }
        units
    }

    /// Makes calls of this operation fail.
    pub fn fail(&self, operation: &str, kind: FaultKind, times: u32) {
        let fault = Fault { times, operation: Some(operation.to_owned()), ..Fault::next(kind) };
        self.tables.dynamodb().faults().inject(fault);
    }

    /// The calls made since this was last asked, by operation.
    pub fn calls(&self) -> Vec<(String, u64)> {
        let calls = self.tables.dynamodb().calls().reset();
        let calls = calls.into_values().flatten();
        calls.map(|(operation, calls)| (operation, calls.calls)).collect()
    }

    /// The events the holds' table has told, each once, in order.
    pub async fn told(&self) -> Vec<(String, String)> {
        let event = self.tables.stream_event("HoldsTable").await;
        let mut told = Vec::new();
        for record in event["Records"].as_array().unwrap() {
            let change = &record["dynamodb"];
            let new = &change["NewImage"]["event"]["M"];
            if new.is_object() && new["id"] != change["OldImage"]["event"]["M"]["id"] {
                let text = |field: &str| new[field]["S"].as_str().unwrap().to_owned();
                told.push((text("type"), new["data"]["M"]["reason"]["S"].as_str().unwrap_or_default().to_owned()));
            }
        }
        told
    }
}

/// What `create-order` asks for.
pub(crate) fn request(order_id: &str, wishes: &[(&Product, u32)]) -> ReserveRequest {
    let items = wishes.iter().map(|(product, quantity)| Line { product_id: product.id.clone(), quantity: *quantity });
    ReserveRequest {
        order_id: order_id.to_owned(),
        fingerprint: format!(
            "{:?}",
            wishes.iter().map(|(product, quantity)| (&product.id, quantity)).collect::<Vec<_>>()
        ),
        request_id: "r1".to_owned(),
        items: items.collect(),
    }
}
