//! DynamoDB: the products' table, the index of them and the holds' table.

mod catalogue;
mod expiring;
mod holds;
mod index;
mod moves;
mod postings;
mod products;
mod shelf;
mod stock;

pub use catalogue::{Catalogue, Found, Total};
pub use expiring::Place;
pub use holds::{Holds, Placed};
pub use index::Index;
pub use moves::Made;
pub use postings::Postings;
pub use products::{Products, Saved};
pub use shelf::{Listed, Shelf, Shelves};
pub use stock::{StockError, StockLevel};

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use tables::StoreError;

type Item = HashMap<String, AttributeValue>;

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::item)
}

#[cfg(test)]
pub(crate) mod tests;
