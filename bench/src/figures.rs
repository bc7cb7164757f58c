//! The figures of a run, kept as JSON. Tables, the budget's check and the costs are made from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// All figures of one run; a part that was not asked for is absent.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// The machine they were measured on.
    pub machine: Machine,
    /// Every function's binary, and the references beside them.
    pub functions: Vec<Function>,
    /// Usage and time of one request to each endpoint.
    pub endpoints: Vec<Endpoint>,
    /// One order from its request to its last notification, with all functions that ran.
    pub order: Option<Order>,
    /// Whole-stack load.
    pub load: Vec<Load>,
    /// Orders after few and after many others.
    pub growth: Vec<Growth>,
    /// The same request at different sizes of the catalogue.
    pub scale: Vec<Scale>,
    /// Many buyers, one product.
    pub hot_product: Vec<HotProduct>,
    /// What the console's stories cost.
    pub console: Vec<Console>,
    /// The same on a LocalStack-compatible engine and on `cargo local`. Absent where there is no such engine.
    pub peers: Option<Peers>,
    /// Build and start times that a developer waits for.
    pub times: Option<Times>,
}

/// The machine the figures were measured on.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Machine {
    /// The processor as it names itself.
    pub processor: String,
    /// How many of its cores there were.
    pub cores: usize,
    /// The operating system.
    pub system: String,
    /// `rustc --version`.
    pub rustc: String,
    /// The profile that functions were built with.
    pub profile: String,
    /// The day, RFC 3339.
    pub date: String,
}

/// One binary, as deployed. Times are medians. CPU time and memory are absent on macOS, which does not tell them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Function {
    /// The binary's name.
    pub name: String,
    /// Whether it is a reference to compare with, not one of the shop's functions.
    pub reference: bool,
    /// Its size in bytes, stripped.
    pub bytes: u64,
    /// Its size in bytes as `bootstrap` in a deflated zip file.
    pub zip_bytes: u64,
    /// From spawn until it asks for its first event.
    pub init_cpu_ms: Option<f64>,
    pub init_wall_ms: f64,
    /// From spawn until its first answer has arrived.
    pub first_response_cpu_ms: Option<f64>,
    pub first_response_wall_ms: f64,
    /// CPU time until the first response of `hello`, started in turn with this one. First responses are divided by it,
    /// because a machine's speed varies.
    #[serde(default)]
    pub hello_cpu_ms: Option<f64>,
    /// CPU time of that first request alone: from getting the event until asking for the next one.
    pub first_request_cpu_ms: Option<f64>,
    /// The same for a warm request.
    pub warm_cpu_ms: Option<f64>,
    /// From handing out the event until the answer has arrived.
    pub warm_wall_p50_us: f64,
    pub warm_wall_p99_us: f64,
    /// Peak resident memory in bytes, after all these requests.
    pub peak_bytes: Option<u64>,
}

impl Function {
    /// CPU time until the first response, as a multiple of `hello`'s.
    pub fn of_hello(&self) -> Option<f64> {
        Some(self.first_response_cpu_ms? / self.hello_cpu_ms?)
    }
}

/// Usage of the database, log and time of one request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The route as in the template, with the query if it has one: `GET /api/products?category=Lighting`.
    pub name: String,
    /// The functions it runs (the binaries' names): its own, and those that this one invokes.
    pub functions: Vec<String>,
    /// Number of database calls by operation.
    pub calls: BTreeMap<String, u64>,
    /// Number of all database calls.
    pub round_trips: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// Size of the response's body.
    pub response_bytes: u64,
    /// Bytes logged.
    pub log_bytes: u64,
    /// Times of warm requests, one after another, through the gateway.
    pub p50_us: f64,
    pub p99_us: f64,
    pub per_second: f64,
}

impl Endpoint {
    /// The route, without the query that was asked: `GET /api/products`.
    pub fn route(&self) -> &str {
        self.name.split('?').next().unwrap_or_default()
    }
}

/// One order with its events and their consumers. The customer waits only for the first response.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Invocations of each function (binaries' names) for one order, the request's own included.
    pub invocations: BTreeMap<String, f64>,
    pub round_trips: f64,
    pub read_units: f64,
    pub write_units: f64,
    /// Requests to SQS (sends, and receives and deletes made by Lambda).
    pub queue_requests: f64,
    /// Bytes that all these functions log.
    pub log_bytes: f64,
}

/// A load of one endpoint through the gateway.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    pub name: String,
    pub connections: usize,
    pub requests: u64,
    pub failed: u64,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Time from the last response until all events of these requests were handled.
    pub events_after_s: f64,
    /// CPU time of the stack's process for one request, with all that follows from it. Absent on macOS, as the next.
    #[serde(default)]
    pub stack_cpu_ms: Option<f64>,
    /// And of all functions together.
    #[serde(default)]
    pub functions_cpu_ms: Option<f64>,
}

/// An order, with all that follows from it, on a stack that has others. Medians.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// Orders that were there before.
    pub orders: u64,
    /// CPU time of the stack's process for one.
    pub stack_cpu_ms: f64,
    /// And of all functions together.
    pub functions_cpu_ms: f64,
}

impl Growth {
    /// CPU time of all processes for one order.
    pub fn cpu_ms(&self) -> f64 {
        self.stack_cpu_ms + self.functions_cpu_ms
    }
}

/// One request at one size of the catalogue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scale {
    pub name: String,
    pub products: u64,
    pub p50_us: f64,
    pub read_units: f64,
    pub write_units: f64,
}

/// Buyers of one product.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HotProduct {
    pub buyers: usize,
    /// Units sold, in orders of one.
    pub sold: u64,
    /// Orders that were refused for another reason than that it was sold out.
    pub failed: u64,
    pub sold_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Requests a second, and the CPU time that all processes take for one; or these as multiples of others.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    pub per_second: f64,
    pub cpu_ms: f64,
}

/// Loads of one way to record stories. Medians of the rounds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Console {
    /// None, recorded, or looked at too.
    pub way: String,
    /// `GET /api/products/{id}`.
    pub reads: Rate,
    /// `POST /api/orders`, with all that follows.
    pub orders: Rate,
    /// As multiples of those without stories, round by round.
    pub reads_of_none: Rate,
    pub orders_of_none: Rate,
    /// Memory of the stack's own process.
    pub stack_bytes: u64,
}

/// The same template, functions and requests on a LocalStack-compatible engine and on `cargo local`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Peers {
    /// The engine's name and version.
    pub engine: String,
    /// Rounds in which each had its turn.
    pub rounds: u32,
    pub loads: Vec<PeerLoad>,
}

/// One load of both. Medians of the rounds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerLoad {
    pub name: String,
    pub connections: usize,
    pub engine: PeerRate,
    /// Requests that failed there, in all rounds.
    pub engine_failed: u64,
    pub stack: PeerRate,
    pub stack_failed: u64,
    /// The stack's figures as multiples of the engine's, round by round.
    pub of_engine: PeerRate,
}

/// What a place bears; or this as multiples of another's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerRate {
    /// Requests a second; of orders those of which all that follows was dealt with.
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time of all processes for one request, with all that follows from it. Absent on macOS, as the next two.
    pub cpu_ms: Option<f64>,
    /// Of the place's own process.
    pub own_cpu_ms: Option<f64>,
    /// Of all functions together.
    pub functions_cpu_ms: Option<f64>,
}

/// Build and start times that a developer waits for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// Building all functions for deployment, from nothing.
    pub release_build_s: Option<f64>,
    /// `cargo local` until it is ready: on a new data folder, and on a kept one.
    pub start_s: f64,
    pub restart_s: f64,
    /// From saving one changed line of a handler until it answers.
    pub changed_line_s: f64,
    /// Resident memory of the stack with an instance of every function, and the functions' part of it.
    pub idle_bytes: u64,
    pub idle_functions_bytes: u64,
}
