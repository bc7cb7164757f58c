//! Each endpoint by itself: the database calls and log bytes of one request, and its time when requests come one after
//! another to one warm instance.

mod cases;
mod shop;

use std::collections::{BTreeMap, BTreeSet};

use local_template::System;

use crate::error::Error;
use crate::figures::Endpoint;
use crate::generator::one_by_one;
use crate::latencies::us;
use crate::meter::{Mark, Used};
use crate::progress;
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;
pub use cases::Case;
pub use shop::Shop;

/// Timed requests of a route that is cheap.
const REQUESTS: usize = 200;

/// Where a route's typical requests are.
pub const CASES: &str = "bench/src/endpoints/cases.rs";

/// Requests before those that count.
const WARM_UP: usize = 3;

/// How often is looked for a request that no instance was started for: a start makes calls of its own.
const LOOKS: usize = 3;

/// Measures every route of the template that has a request.
pub async fn measure(world: &World) -> Result<Vec<Endpoint>, Error> {
    let stack = Stack::start(world, "endpoints").await?;
    let shop = Shop::open(&stack, REQUESTS + WARM_UP + LOOKS + 1).await?;
    let mut endpoints = Vec::new();
    for case in cases(world, &stack, &shop, REQUESTS + WARM_UP + LOOKS).await? {
        progress::say(&case.name);
        endpoints.push(one(world, &stack, case).await?);
    }
    Ok(endpoints)
}

/// The typical requests of every route, `many` of each.
pub async fn cases(world: &World, stack: &Stack, shop: &Shop, many: usize) -> Result<Vec<Case>, Error> {
    let mut all = Vec::new();
    for route in world.system.api.iter().flat_map(|api| &api.routes) {
        let mut cases = cases::of(stack, shop, route, many).await?;
        if cases.is_empty() {
            progress::say(&format!("{} {} has no request: add one to {CASES}", route.method, route.path));
        }
        all.append(&mut cases);
    }
    Ok(all)
}

async fn one(world: &World, stack: &Stack, mut case: Case) -> Result<Endpoint, Error> {
    let looks = case.asks.split_off(case.asks.len().saturating_sub(LOOKS));
    let function = function(&world.system, &case.name).filter(|_| !looks.is_empty());
    let Some(function) = function else { return Err(Error::NoRequest(case.name)) };
    let timed = case.asks.split_off(WARM_UP.min(case.asks.len()));
    one_by_one(stack.address, case.asks).await?;
    stack.drained().await?;

    let (mut asked, mut response_bytes) = (Asked::default(), 0);
    for look in &looks {
        let mark = Mark::set(stack).await?;
        response_bytes = stack.connect().await?.send(look).await?.body.len() as u64;
        asked = Asked::of(&world.system, &mark.used(stack, &[(function, 1)]).await?);
        stack.drained().await?;
        if asked.starts == 0 {
            break;
        }
    }
    let mut latencies = one_by_one(stack.address, timed).await?;
    stack.drained().await?;

    let per_second = latencies.count() as f64 / latencies.sum().as_secs_f64();
    Ok(Endpoint {
        name: case.name,
        functions: asked.functions,
        round_trips: asked.calls.values().sum(),
        calls: asked.calls,
        read_units: asked.read_units,
        write_units: asked.write_units,
        response_bytes,
        log_bytes: asked.log_bytes,
        p50_us: us(latencies.percentile(0.5)),
        p99_us: us(latencies.percentile(0.99)),
        per_second,
    })
}

/// The function behind a route, by its name in the stack.
fn function<'a>(system: &'a System, case: &str) -> Option<&'a str> {
    let route = case.split('?').next().unwrap_or_default();
    let routes = &system.api.as_ref()?.routes;
    let found = routes.iter().find(|one| route == format!("{} {}", one.method, one.path))?;
    system.functions.get(&found.function).map(|function| function.name.as_str())
}

/// Usage of the functions that ran before the response: all but those that events call.
#[derive(Debug, Default)]
struct Asked {
    functions: Vec<String>,
    starts: u64,
    calls: BTreeMap<String, u64>,
    read_units: f64,
    write_units: f64,
    log_bytes: u64,
}

impl Asked {
    fn of(system: &System, used: &Used) -> Self {
        let mut asked = Self::default();
        let mut binaries = BTreeSet::new();
        for function in system.functions.values().filter(|function| function.sources.is_empty()) {
            if let Some(logged) = used.logged.get(&function.name) {
                binaries.insert(function.binary.clone());
                asked.log_bytes += logged.bytes;
                asked.starts += logged.starts;
            }
            for (operation, usage) in used.calls.get(&function.name).into_iter().flatten() {
                *asked.calls.entry(operation.clone()).or_default() += usage.calls;
                *if is_read(operation) { &mut asked.read_units } else { &mut asked.write_units } += usage.units;
            }
        }
        asked.functions = binaries.into_iter().collect();
        asked
    }
}

/// Whether an operation takes read units; write units otherwise.
pub fn is_read(operation: &str) -> bool {
    matches!(operation, "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan")
}

/// A row for each request, and one for each of `routes` that was not measured yet.
pub fn table(endpoints: &[Endpoint], routes: &BTreeSet<String>) -> Table {
    let columns = ["request", "round trips", "read units", "write units", "bytes", "logged", "p50 µs", "p99 µs", "1/s"];
    let mut table = Table::new("One request, to one warm instance", columns);
    for one in endpoints {
        table.row([
            one.name.clone(),
            one.round_trips.to_string(),
            one.read_units.to_string(),
            one.write_units.to_string(),
            one.response_bytes.to_string(),
            one.log_bytes.to_string(),
            format!("{:.0}", one.p50_us),
            format!("{:.0}", one.p99_us),
            format!("{:.0}", one.per_second),
        ]);
    }
    for route in routes.iter().filter(|route| !endpoints.iter().any(|one| one.route() == route.as_str())) {
        table.not_measured(route, "cargo measure endpoints");
    }
    table
}
