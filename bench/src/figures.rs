//! What is measured: the JSON that a run leaves, from which its tables are printed, its budget is checked and the costs are
//! computed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// All figures of one run; a part that was not asked for is absent.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// What they were taken on.
    pub machine: Machine,
    /// Every function's binary, and the references beside them.
    pub functions: Vec<Function>,
    /// What one request of each endpoint takes.
    pub endpoints: Vec<Endpoint>,
    /// An order from its request to its last notification: everything that ran.
    pub order: Option<Order>,
    /// Whole-stack load.
    pub load: Vec<Load>,
    /// The same request at different sizes of the catalogue.
    pub scale: Vec<Scale>,
    /// Many buyers, one product.
    pub hot_product: Vec<HotProduct>,
    /// What a developer waits for.
    pub times: Option<Times>,
}

/// What the figures were taken on.
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

/// One binary, as deployed. Times are medians; what the system does not tell (macOS: CPU time and memory) is absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Function {
    /// The binary's name.
    pub name: String,
    /// Whether it is not of the shop, but something to compare with.
    pub reference: bool,
    /// Its size, stripped.
    pub bytes: u64,
    /// Its size as `bootstrap` in a deflated zip file.
    pub zip_bytes: u64,
    /// From spawn until it asks for its first event.
    pub init_cpu_ms: Option<f64>,
    pub init_wall_ms: f64,
    /// From spawn until its first answer has arrived.
    pub first_response_cpu_ms: Option<f64>,
    pub first_response_wall_ms: f64,
    /// CPU time until `hello`'s first answer, started in turn with this one: what to divide by, as a machine is not as quick at
    /// all times.
    #[serde(default)]
    pub hello_cpu_ms: Option<f64>,
    /// CPU time of that first request alone: from getting the event until asking for the next one.
    pub first_request_cpu_ms: Option<f64>,
    /// The same of a warm one.
    pub warm_cpu_ms: Option<f64>,
    /// From handing out the event until the answer has arrived.
    pub warm_wall_p50_us: f64,
    pub warm_wall_p99_us: f64,
    /// Most resident memory, after all of these.
    pub peak_bytes: Option<u64>,
}

impl Function {
    /// CPU time until the first answer, in times that of `hello`.
    pub fn of_hello(&self) -> Option<f64> {
        Some(self.first_response_cpu_ms? / self.hello_cpu_ms?)
    }
}

/// What one request takes of the database and of one instance.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// As in the template: `GET /api/products/{id}`, with what was asked where that matters.
    pub name: String,
    /// The functions it runs (the binaries' names): its own, and those that this one invokes.
    pub functions: Vec<String>,
    /// Calls of the database one after another or side by side, by operation.
    pub calls: BTreeMap<String, u64>,
    /// All of them.
    pub round_trips: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// The answer's body.
    pub response_bytes: u64,
    /// What it logs.
    pub log_bytes: u64,
    /// Warm, one after another, through the gateway.
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

/// One order, its events and all that hears of them; its replies are not waited for by the customer.
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
    /// What all these functions log.
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
    /// How long the events of these requests went on being worked off after the last answer.
    pub events_after_s: f64,
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

/// What a developer waits for.
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
    /// Resident memory of the stack with an instance of every function, and of it the functions'.
    pub idle_bytes: u64,
    pub idle_functions_bytes: u64,
}
