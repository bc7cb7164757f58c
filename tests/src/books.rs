//! The shop's books: units in stock, held and sold, as the tables have them once all events are handled.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Map, Value, json};

use crate::stack::Stack;

/// The units of one product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Units {
    /// Units that can be ordered.
    pub stock: u64,
    /// Units held for orders.
    pub held: u64,
    /// Units whose hold was settled.
    pub sold: u64,
    /// Units of confirmed orders.
    pub confirmed: u64,
    /// Units of pending orders.
    pub pending: u64,
}

impl Stack {
    /// All items of a table, as plain JSON.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut input = json!({"TableName": table, "ConsistentRead": true});
        loop {
            let mut answer = self.aws("DynamoDB_20120810.Scan", input.clone()).send().await;
            assert_eq!(answer.status, 200, "{answer}");
            items.extend(answer.body["Items"].as_array().unwrap().iter().map(item));
            match answer.body["LastEvaluatedKey"].take() {
                Value::Null => return items,
                key => input["ExclusiveStartKey"] = key,
            }
        }
    }

    /// The hold of an order, if there is one.
    pub async fn hold(&self, order_id: &str) -> Option<Value> {
        let input = json!({"TableName": "HoldsTable", "Key": {"orderId": {"S": order_id}}, "ConsistentRead": true});
        let answer = self.aws("DynamoDB_20120810.GetItem", input).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.body.get("Item").map(item)
    }

    /// The units of every product.
    pub async fn books(&self) -> BTreeMap<String, Units> {
        let mut books: BTreeMap<String, Units> = BTreeMap::new();
        for product in self.items("ProductsTable").await {
            books.entry(text(&product["id"])).or_default().stock = product["stock"].as_u64().unwrap();
        }
        for hold in self.items("HoldsTable").await {
            for (id, quantity) in lines(&hold) {
                let units = books.entry(id).or_default();
                match hold["state"].as_str().unwrap() {
                    "held" => units.held += quantity,
                    "settled" => units.sold += quantity,
                    _ => {}
                }
            }
        }
        for order in self.items("OrdersTable").await {
            for (id, quantity) in lines(&order) {
                let units = books.entry(id).or_default();
                match order["status"].as_str().unwrap() {
                    "confirmed" => units.confirmed += quantity,
                    "pending" => units.pending += quantity,
                    _ => {}
                }
            }
        }
        books
    }

    /// Waits until every event is handled; failed ones are retried at once.
    pub async fn hurried(&self) {
        self.control(Method::POST, "event-sources/drain?hurry").await;
    }

    /// Runs the sweep: expires holds whose time is over.
    pub async fn sweep(&self) {
        self.control(Method::POST, "schedules/ReleaseExpiredReservationsFunction/run").await;
    }

    /// Waits until nothing is left to do: no event is in flight and no hold is open.
    pub async fn settled(&self) {
        self.hurried().await;
        while self.items("HoldsTable").await.iter().any(|hold| hold["state"] == "held") {
            self.sweep().await;
        }
        self.hurried().await;
    }

    /// The number of messages on each dead-letter queue that has any.
    pub async fn dead_letters(&self) -> BTreeMap<String, u64> {
        let queues = self.control(Method::GET, "queues").await;
        let dead = queues.as_array().unwrap().iter().filter(|queue| queue["readers"] == json!([]));
        let depth =
            |queue: &Value| ["visible", "inFlight", "delayed"].iter().map(|part| queue[part].as_u64().unwrap()).sum();
        dead.map(|queue| (text(&queue["name"]), depth(queue))).filter(|(_, depth)| *depth > 0).collect()
    }

    /// The bodies of the messages on a queue.
    pub async fn bodies(&self, queue: &str) -> Vec<String> {
        let messages = self.control(Method::GET, &format!("queues/{queue}/messages")).await;
        messages.as_array().unwrap().iter().map(|message| text(&message["body"])).collect()
    }

    /// Asserts that the books balance once the stack is at rest: every unit of each product is in stock or in a confirmed
    /// order, none is held, no order is pending, and every dead-letter queue is empty.
    ///
    /// # Panics
    /// The books don't balance.
    #[track_caller]
    pub fn assert_sound(&self, there_was: &[(&str, u64)]) -> impl Future<Output = BTreeMap<String, Units>> {
        let caller = std::panic::Location::caller();
        async move {
            let books = self.books().await;
            for (id, all) in there_was {
                let units = books.get(*id).copied().unwrap_or_default();
                let Units { stock, held, sold, confirmed, pending } = units;
                assert_eq!(stock + held + sold, *all, "{caller}: {id}: {units:?} in {}", self.folder().display());
                assert_eq!((held, pending), (0, 0), "{caller}: {id}: {units:?} in {}", self.folder().display());
                assert_eq!(sold, confirmed, "{caller}: {id}: {units:?} in {}", self.folder().display());
            }
            let known: BTreeSet<&str> = there_was.iter().map(|(id, _)| *id).collect();
            assert_eq!(known, books.keys().map(String::as_str).collect(), "{caller}");
            assert_eq!(self.dead_letters().await, BTreeMap::new(), "{caller} in {}", self.folder().display());
            books
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

fn lines(item: &Value) -> Vec<(String, u64)> {
    let lines = item["items"].as_array().unwrap().iter();
    lines.map(|line| (text(&line["productId"]), line["quantity"].as_u64().unwrap())).collect()
}

fn item(item: &Value) -> Value {
    let attributes = item.as_object().unwrap().iter();
    Value::Object(attributes.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
}

/// An attribute's value without its type ("Data type descriptors").
fn plain(attribute: &Value) -> Value {
    let (kind, value) = attribute.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        "M" => item(value),
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "NULL" => Value::Null,
        _ => value.clone(),
    }
}
