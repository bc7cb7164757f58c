//! The stores against the embedded DynamoDB, with the tables of the template.

mod budget;
mod catalogue;
mod costs;
mod expire;
mod index;
mod products;
mod reserve;
mod search;
mod settle;
mod sorted;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws::retry::RetryBudget;
use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::{Line, ReserveRequest, ReserveResponse};
use envelope::timestamp;
use events::stream::StreamEvent;
use events::{Cause, Event};
use local_testing::{Fault, FaultKind, Tables};
use serde_json::Value;
use tables::conflict_retries;

use super::{Catalogue, Holds, ListingIndex, Postings, ProductIndex, Products, ScanPosition, SortedLists, read_record};
use crate::SERVICE;
use crate::domain::hold::Hold;
use crate::domain::hold_state::State;
use crate::domain::product::Product;
use crate::domain::product::tests::product;
use crate::workers::release_expired_reservations::{Sweep, sweep};
use crate::workers::reserve_stock;
use crate::workers::settle_reservation::settle;

/// The stores of this service over tables of their own.
pub(crate) struct TestStores {
    pub tables: Tables,
    pub products: Products,
    pub holds: Holds,
    pub index: ProductIndex,
    pub catalogue: Catalogue,
    indexed: AtomicUsize,
}

pub(crate) const CAUSE: Cause<'static> = Cause::request("r1");

/// More time than a test needs.
pub(crate) const TIME_LEFT: Duration = Duration::from_secs(7);

/// More retries than a test needs.
pub(crate) fn retries() -> RetryBudget {
    conflict_retries(TIME_LEFT)
}

/// So little time that a few pauses use it up.
pub(crate) fn few_retries() -> RetryBudget {
    conflict_retries(Duration::from_millis(90))
}

impl TestStores {
    pub async fn new() -> Self {
        let tables = Tables::of_template().await;
        let [products, index, holds] = ["ProductsTable", "ProductIndexTable", "HoldsTable"].map(str::to_owned);
        let client = tables.client();
        Self {
            products: Products::new(client.clone(), products.clone()),
            holds: Holds::new(client.clone(), holds, products.clone()),
            index: ProductIndex::new(client.clone(), index.clone()),
            catalogue: Catalogue::new(
                ListingIndex::new(client.clone(), products),
                Postings::new(client.clone(), index.clone()),
                ProductIndex::new(client.clone(), index.clone()),
                SortedLists::new(client, index),
            ),
            tables,
            indexed: AtomicUsize::new(0),
        }
    }

    /// Adds a product.
    pub async fn add(&self, product: Product) -> Product {
        self.products.insert(&product, &Event::new(SERVICE, product.created(), CAUSE)).await.unwrap();
        product
    }

    /// Adds a product with this stock.
    pub async fn stocked(&self, stock: u64) -> Product {
        self.add(product("Lamp", "Light", 1_999, stock)).await
    }

    pub async fn stock(&self, product: &Product) -> u64 {
        self.products.find(&product.id).await.unwrap().unwrap().stock
    }

    /// Indexes what changed since the last time, as `index-products` does.
    pub async fn index_all(&self) {
        let event = self.tables.stream_event("ProductsTable").await;
        let event: StreamEvent = serde_json::from_value(event).unwrap();
        let before = self.indexed.swap(event.records.len(), Ordering::Relaxed);
        for record in event.records.into_iter().skip(before) {
            if let Some((id, target)) = read_record(&record).unwrap() {
                self.index.update(&id, &target, TIME_LEFT).await.unwrap();
            }
        }
    }

    pub async fn reserve(
        &self,
        order_id: &str,
        lines: &[(&Product, u32)],
    ) -> Result<ReserveResponse, envelope::Failure> {
        reserve_stock::reserve(&self.holds, 900, &request(order_id, lines), retries()).await
    }

    /// Handles the event of a pending order that relies on this generation of its hold.
    pub async fn settle(&self, order_id: &str, relies_on: u32) {
        settle(&self.holds, 900, order_id, generation(relies_on), CAUSE, retries()).await.unwrap();
    }

    pub async fn hold(&self, order_id: &str) -> Option<Hold> {
        self.holds.find(order_id).await.unwrap()
    }

    /// The item of an order's hold.
    pub async fn item(&self, order_id: &str) -> tables::Item {
        let get = self.tables.client().get_item().table_name("HoldsTable").key("orderId", tables::string(order_id));
        get.send().await.unwrap().item.unwrap()
    }

    /// The units in stock and those that the orders hold or bought: their sum never changes.
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

    /// The calls since the last time, by operation.
    pub fn calls(&self) -> Vec<(String, u64)> {
        let calls = self.tables.dynamodb().calls().reset();
        let calls = calls.into_values().flatten();
        calls.map(|(operation, calls)| (operation, calls.calls)).collect()
    }

    /// Type and reason of each event that the holds' table has published, in order.
    pub async fn events(&self) -> Vec<(String, String)> {
        let reason = |data: &Value| data["reason"]["S"].as_str().unwrap_or_default().to_owned();
        self.published().await.into_iter().map(|(kind, data)| (kind, reason(&data))).collect()
    }

    /// Type and generation of each event that the holds' table has published, in order.
    pub async fn generations(&self) -> Vec<(String, u32)> {
        let generation = |data: &Value| data["holdGeneration"]["N"].as_str().unwrap().parse().unwrap();
        self.published().await.into_iter().map(|(kind, data)| (kind, generation(&data))).collect()
    }

    /// Type and data of each event that the holds' table has published, in order.
    async fn published(&self) -> Vec<(String, Value)> {
        let event = self.tables.stream_event("HoldsTable").await;
        let mut events = Vec::new();
        for record in event["Records"].as_array().unwrap() {
            let change = &record["dynamodb"];
            let new = &change["NewImage"]["event"]["M"];
            if new.is_object() && new["id"] != change["OldImage"]["event"]["M"]["id"] {
                events.push((new["type"]["S"].as_str().unwrap().to_owned(), new["data"]["M"].clone()));
            }
        }
        events
    }
}

/// The request that `create-order` sends.
pub(crate) fn request(order_id: &str, lines: &[(&Product, u32)]) -> ReserveRequest {
    let items = lines.iter().map(|(product, quantity)| Line { product_id: product.id.clone(), quantity: *quantity });
    ReserveRequest {
        order_id: order_id.to_owned(),
        fingerprint: format!(
            "{:?}",
            lines.iter().map(|(product, quantity)| (&product.id, quantity)).collect::<Vec<_>>()
        ),
        request_id: "r1".to_owned(),
        cause_id: "c1".to_owned(),
        caller: envelope::Caller::default(),
        items: items.collect(),
    }
}

/// One sweep from start to end at `now` (seconds since the epoch).
async fn sweep_all(stores: &TestStores, now: u64) -> Sweep {
    sweep(&stores.holds, now, Instant::now() + Duration::from_secs(5), ScanPosition::default()).await.unwrap()
}

/// Expires every hold, and returns how many there were.
async fn expire_all(stores: &TestStores) -> u64 {
    let sweep = sweep_all(stores, timestamp::epoch_seconds() + 1_000).await;
    assert!(sweep.last_error.is_none(), "{:?}", sweep.last_error);
    sweep.expired
}

async fn state(stores: &TestStores, order_id: &str) -> State {
    stores.hold(order_id).await.unwrap().state
}

/// Types and reasons of events, to compare with [`TestStores::events`].
fn events(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, reason)| ((*kind).to_owned(), (*reason).to_owned())).collect()
}

/// Type and generation of an event, to compare with [`TestStores::generations`].
fn told((kind, generation): (&str, u32)) -> (String, u32) {
    (kind.to_owned(), generation)
}

/// The generation with this number.
pub(crate) fn generation(number: u32) -> HoldGeneration {
    (1..number).fold(HoldGeneration::FIRST, |generation, _| generation.next())
}
