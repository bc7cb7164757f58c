//! DynamoDB: the products' table, the index of them and the holds' table.

mod catalogue;
mod contention;
mod holds;
mod index;
mod postings;
mod products;
mod shelf;

pub use catalogue::{Catalogue, Found, Total};
pub use contention::Patience;
pub use holds::{Expiring, Holds, Made, Placed};
pub use index::Index;
pub use postings::Postings;
pub use products::{Products, Saved, StockError, StockLevel};
pub use shelf::{Shelf, Shelves};

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
mod tests;
