//! The cases, by what they are about.

mod expressions;
mod key_updates;
mod numbers;
mod reads;
mod returned;
mod sets;
mod tables;
mod unchanged;

use serde_json::{Value, json};

use crate::case::Case;

pub fn all() -> Vec<Case> {
    [
        unchanged::cases(),
        key_updates::cases(),
        expressions::cases(),
        numbers::cases(),
        sets::cases(),
        returned::cases(),
        reads::cases(),
        tables::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A request that puts this item into `Things`.
fn put(item: &Value) -> Value {
    json!({ "TableName": "Things", "Item": item })
}

/// The key of an item of `Things`.
fn key(id: &str) -> Value {
    json!({ "id": { "S": id } })
}

/// A request about the item `a` of `Things`, with these members more.
fn things(members: Value) -> Value {
    let mut request = json!({ "TableName": "Things" });
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    request
}
