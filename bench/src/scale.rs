//! The same requests to small and large catalogues; their database units have to be equal.
//!
//! A stack for each size runs at the same time, and they are asked in turns, so that whatever else the machine is
//! doing meanwhile it does to all of them.

mod catalogue;
mod recorder;

use std::time::Instant;

use http::Method;
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::endpoints::is_read;
use crate::error::Error;
use crate::figures::Scale;
use crate::generator::one_by_one;
use crate::latencies::{Latencies, us};
use crate::meter::Calls;
use crate::people::{Person, text};
use crate::progress;
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;
use catalogue::Catalogue;

/// Products in the catalogue.
const SIZES: [u64; 3] = [1_000, 10_000, 100_000];

/// As many as are recorded while those before are written.
const BATCH: u64 = 10_000;

/// Turns, and requests of a kind to each stack in one.
const TURNS: usize = 12;
const REQUESTS: usize = 25;

/// A catalogue of a size, for sale.
struct Shop {
    size: u64,
    stack: Stack,
    asks: Vec<(&'static str, Ask)>,
}

/// Measures each request at each size.
pub async fn measure(world: &World) -> Result<Vec<Scale>, Error> {
    let shops = open(world).await?;
    let mut all = Vec::new();
    for kind in 0..shops.first().map_or(0, |shop| shop.asks.len()) {
        let mut latencies = vec![Latencies::default(); shops.len()];
        for shop in &shops {
            one_by_one(shop.stack.address, vec![shop.asks[kind].1.clone(); 20]).await?;
        }
        for _ in 0..TURNS {
            for (shop, latencies) in shops.iter().zip(&mut latencies) {
                let asks = vec![shop.asks[kind].1.clone(); REQUESTS];
                latencies.append(one_by_one(shop.stack.address, asks).await?);
            }
        }
        for (shop, mut latencies) in shops.iter().zip(latencies) {
            let (name, ask) = &shop.asks[kind];
            let (read_units, write_units) = units(&shop.stack, ask).await?;
            let p50_us = us(latencies.percentile(0.5));
            all.push(Scale { name: (*name).to_owned(), products: shop.size, p50_us, read_units, write_units });
        }
    }
    Ok(all)
}

/// The units of one request.
async fn units(stack: &Stack, ask: &Ask) -> Result<(f64, f64), Error> {
    stack.drained().await?;
    stack.control(Method::DELETE, "dynamodb/calls").await?;
    stack.connect().await?.send(ask).await?;
    let calls = stack.control(Method::GET, "dynamodb/calls").await?;
    let calls: Calls =
        serde_json::from_value(calls).map_err(|cause| Error::Json { path: "/_local/dynamodb/calls".into(), cause })?;
    let (mut read, mut write) = (0.0, 0.0);
    // Events are worked off by functions that this request does not wait for.
    let endpoints = ["ListProductsFunction", "UpdateStockFunction"].iter().filter_map(|name| calls.get(*name));
    for (operation, usage) in endpoints.flatten() {
        *if is_read(operation) { &mut read } else { &mut write } += usage.units;
    }
    Ok((read, write))
}

/// Fills and starts a stack for each size.
async fn open(world: &World) -> Result<Vec<Shop>, Error> {
    let began = Instant::now();
    let mut admins = Vec::new();
    let mut databases = Vec::new();
    for size in SIZES {
        // Made by a stack, so that it is as any stack's.
        let stack = Stack::start(world, &format!("scale-{size}")).await?;
        admins.push(Person::admin(&stack).await?);
        stack.drained().await?;
        let folder = stack.stop().await?;
        databases.push((size, DynamoDb::open(&folder.join("dynamodb"))?, folder));
    }
    fill(&databases).await?;
    progress::say(&format!("catalogues of {SIZES:?} products in {:.1} s", began.elapsed().as_secs_f64()));
    let mut shops = Vec::new();
    for ((size, database, folder), admin) in databases.into_iter().zip(admins) {
        drop(database);
        let stack = Stack::restart(world, folder).await?;
        let asks = asks(&stack, &admin).await?;
        let shop = Shop { size, stack, asks };
        shop.check().await?;
        shops.push(shop);
    }
    Ok(shops)
}

/// The smaller catalogues are the beginning of the larger ones.
async fn fill<Folder>(databases: &[(u64, DynamoDb, Folder)]) -> Result<(), Error> {
    let mut catalogue = Catalogue::new();
    let mut filled = 0;
    for (size, database, _) in databases {
        let mut writing: Option<tokio::task::JoinHandle<Result<(), Error>>> = None;
        while filled < *size {
            let next = (filled + BATCH).min(*size);
            let items = catalogue.grow(next).await?;
            if let Some(writing) = writing.take() {
                done(writing).await?;
            }
            let into: Vec<DynamoDb> =
                databases.iter().filter(|(other, ..)| other >= size).map(|(_, database, _)| database.clone()).collect();
            writing = Some(tokio::spawn(async move {
                for database in &into {
                    catalogue::write(database, items.clone()).await?;
                }
                Ok(())
            }));
            filled = next;
        }
        if let Some(writing) = writing {
            done(writing).await?;
        }
        catalogue::write(database, catalogue.counts()).await?;
    }
    Ok(())
}

async fn done(writing: tokio::task::JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    writing.await.map_err(|cause| Error::Run { program: "the loading".to_owned(), cause: cause.into() })?
}

/// What is asked of every catalogue.
async fn asks(stack: &Stack, admin: &Person) -> Result<Vec<(&'static str, Ask)>, Error> {
    let list = Ask::get("/api/products");
    let newest = stack.connect().await?.json(&list).await?;
    let stock = format!("/api/products/{}/stock", text(&newest["data"][0]["id"]));
    let more = json!({"quantity": 1, "operation": "increase"});
    Ok(vec![
        ("first page", list),
        ("category", Ask::get(&format!("/api/products?category={}", catalogue::CATEGORY))),
        ("range of prices", Ask::get(&format!("/api/products?{}", catalogue::PRICES))),
        ("search", Ask::get(&format!("/api/products?search={}", catalogue::WORDS))),
        ("first page by price", Ask::get("/api/products?sort=priceAsc")),
        ("first page by name", Ask::get("/api/products?sort=name")),
        ("category by price", Ask::get(&format!("/api/products?sort=priceDesc&category={}", catalogue::CATEGORY))),
        ("range of prices by name", Ask::get(&format!("/api/products?sort=name&{}", catalogue::PRICES))),
        ("search by name", Ask::get(&format!("/api/products?sort=name&search={}", catalogue::WORDS))),
        ("range of common prices", Ask::get(&format!("/api/products?{}", catalogue::COMMON_PRICES))),
        ("range of common prices by name", Ask::get(&format!("/api/products?sort=name&{}", catalogue::COMMON_PRICES))),
        (
            "range of common prices by price",
            Ask::get(&format!("/api/products?sort=priceAsc&{}", catalogue::COMMON_PRICES)),
        ),
        ("search for common words", Ask::get(&format!("/api/products?search={}", catalogue::COMMON_WORDS))),
        ("change of stock", Ask::patch(&stock, &more).token(&admin.token)),
    ])
}

impl Shop {
    /// Fails if the catalogue is not what it was to be, as the shop itself sees it.
    async fn check(&self) -> Result<(), Error> {
        let mut connection = self.stack.connect().await?;
        for (name, ask) in &self.asks[..4] {
            let expected = if *name == "first page" { self.size } else { catalogue::MATCHES };
            let answer: Value = connection.json(ask).await?;
            let (total, rows) = (&answer["meta"]["pagination"]["total"], answer["data"].as_array().map_or(0, Vec::len));
            if *total != expected || rows != 20 {
                let answer = format!("{name}: {rows} of {total} products, not 20 of {expected}");
                return Err(Error::Answer { who: format!("a catalogue of {}", self.size), answer });
            }
        }
        Ok(())
    }
}

/// Shows them, with what they take at each size beside that at the smallest.
pub fn table(all: &[Scale]) -> Table {
    let columns = ["request", "products", "p50 µs", "of the smallest's", "read units", "write units"];
    let mut table = Table::new("The same requests of larger catalogues", columns);
    let mut smallest = 0.0;
    for one in all {
        if one.products == SIZES[0] {
            smallest = one.p50_us;
        }
        table.row([
            one.name.clone(),
            one.products.to_string(),
            format!("{:.0}", one.p50_us),
            format!("{:.2}", one.p50_us / smallest),
            one.read_units.to_string(),
            one.write_units.to_string(),
        ]);
    }
    table
}
