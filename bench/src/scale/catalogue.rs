//! Catalogues of any size, in which the same questions have the same answers.
//!
//! The first thousand products have the few that are asked for; all that come after them are others. What is for sale
//! is written by the product service's own code, its index included.

use std::time::Duration;

use envelope::decode::Fields;
use events::{Cause, Event};
use local_dynamodb::DynamoDb;
use products::SERVICE;
use products::domain::index::Target;
use products::domain::product::Product;
use products::store::{ProductIndex, Products};
use serde_json::{Map, Value, json};

use super::recorder::{Items, Recorder};
use crate::error::Error;

/// Products that the category, the range of prices and the words each find.
pub const MATCHES: u64 = 100;

pub const CATEGORY: &str = "Benches";
pub const PRICES: &str = "minPrice=90&maxPrice=99";
pub const WORDS: &str = "walnut+bench";

/// What most of the others have.
pub const COMMON_PRICES: &str = "minPrice=10&maxPrice=60";
pub const COMMON_WORDS: &str = "ashen+chairs";

/// The tables, as the template calls them.
const PRODUCTS: &str = "ProductsTable";
const INDEX: &str = "ProductIndexTable";

/// Writes products one after another.
#[derive(Debug)]
pub struct Catalogue {
    recorder: Recorder,
    products: Products,
    index: ProductIndex,
    size: u64,
}

impl Catalogue {
    /// An empty one.
    pub fn new() -> Self {
        let recorder = Recorder::default();
        let products = Products::new(recorder.client(), PRODUCTS.to_owned());
        let index = ProductIndex::new(recorder.client(), INDEX.to_owned());
        Self { recorder, products, index, size: 0 }
    }

    /// Goes on to this size, and gives the items that this takes.
    pub async fn grow(&mut self, size: u64) -> Result<Items, Error> {
        while self.size < size {
            self.add().await?;
        }
        Ok(self.recorder.take_items())
    }

    /// How much of what there is by now.
    pub fn counts(&self) -> Items {
        self.recorder.counts()
    }

    async fn add(&mut self) -> Result<(), Error> {
        let unwritten = |cause: String| Error::Answer { who: "the product service".to_owned(), answer: cause };
        let new = Fields::read(body(self.size)).map_err(|failure| unwritten(format!("{failure:?}")))?;
        let product = Product::create(new);
        let cause = Cause::request("01980000-0000-7000-8000-000000000000");
        let event = Event::new(SERVICE, product.created(), cause).at(&product.created_at);
        self.products.insert(&product, &event).await.map_err(|error| unwritten(error.to_string()))?;
        let indexed = self.index.update(&product.id, &Target::of(&product), Duration::from_secs(1)).await;
        indexed.map_err(|error| unwritten(error.to_string()))?;
        self.size += 1;
        Ok(())
    }
}

/// The `n`th product. All are of the same length, so that a page of any of them takes the same units.
fn body(n: u64) -> Map<String, Value> {
    let (name, category, cents) = match n {
        n if n < MATCHES => ("Walnut bench", CATEGORY, 90_99 + n % 9 * 100),
        n => ("Ashen chairs", "Seating", 10_99 + n % 70 * 100),
    };
    let price = cents as f64 / 100.0;
    let description = format!("Made by hand, number {n:06} of its kind.");
    let body = json!({
        "name": name, "description": description, "price": price, "category": category, "stock": 100_000,
    });
    match body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Writes items into a database.
pub async fn write(database: &DynamoDb, items: Items) -> Result<(), Error> {
    for (table, items) in items {
        database.import(&table, items).await?;
    }
    Ok(())
}
