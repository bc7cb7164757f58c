//! What a call of one endpoint costs.

use local_template::{Route, System};

use super::inputs::Inputs;
use super::lambda::{Compute, Work, cpu_ms, wait_ms};
use super::prices::Prices;
use crate::error::Error;
use crate::figures::Endpoint;

/// Runs for a token once; then the gateway knows it for a while.
pub const AUTHORIZER: &str = "authorize";

/// Dollars for a number of calls of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// The gateway as it is.
    pub rest_api: f64,
    /// The gateway it could be.
    pub http_api: f64,
    /// All functions that a call runs, and its share of the authorizer.
    pub compute: Compute,
    pub database: f64,
    /// The lines of the functions and of the gateway's access log.
    pub logs: f64,
    /// Traces, and bytes on their way to the customer.
    pub rest: f64,
}

impl Call {
    /// All of it on x86_64.
    pub fn x86(&self) -> f64 {
        self.rest_api + self.compute.x86 + self.database + self.logs + self.rest
    }

    /// All of it on arm64.
    pub fn arm(&self) -> f64 {
        self.x86() - self.compute.x86 + self.compute.arm
    }

    /// All of it on arm64, if the gateway were an HTTP API.
    pub fn http(&self) -> f64 {
        self.arm() - self.rest_api + self.http_api
    }
}

/// What so many calls of an endpoint cost.
#[allow(clippy::cast_precision_loss)] // counts of one call
pub fn cost(inputs: &Inputs<'_>, endpoint: &Endpoint, calls: f64) -> Result<Call, Error> {
    let Prices { prices, assumptions, .. } = inputs.prices;
    let guarded = route(inputs.system, &endpoint.name).is_some_and(|route| route.authorizer.is_some());
    let share = if guarded { assumptions.authorizer_share.value } else { 0.0 };
    let works = works(inputs, endpoint)?;
    let mut compute = inputs.work(AUTHORIZER, 0.0)?.cost(share * calls, inputs.prices);
    for work in &works {
        compute = compute + work.cost(calls, inputs.prices);
    }
    let functions = works.len() as f64;
    let log_bytes = endpoint.log_bytes as f64
        + share * assumptions.authorizer_log_bytes.value
        + assumptions.access_log_bytes.value
        + (functions + share + 1.0) * assumptions.log_event_bytes.value;
    let bytes_out = endpoint.response_bytes as f64 + assumptions.header_bytes.value;
    Ok(Call {
        rest_api: prices.rest_api_calls.of(calls),
        http_api: prices.http_api_calls.of(calls),
        compute,
        database: prices.read_units.of(endpoint.read_units * calls)
            + prices.write_units.of(endpoint.write_units * calls),
        logs: prices.log_bytes.of(log_bytes * calls),
        rest: prices.traces.of(assumptions.trace_share.value * calls) + prices.bytes_out.of(bytes_out * calls),
    })
}

/// The endpoint's own function, and those that it invokes. Which of them makes a call of the database the figures do not
/// tell, and each is billed as if it waited for them all; the first waits for the others as well.
pub fn works(inputs: &Inputs<'_>, endpoint: &Endpoint) -> Result<Vec<Work>, Error> {
    let assumptions = &inputs.prices.assumptions;
    let own = own_function(inputs.system, &endpoint.name).unwrap_or_default();
    let wait_ms = wait_ms(&endpoint.calls, assumptions);
    let mut works = vec![inputs.work(own, wait_ms)?];
    for binary in endpoint.functions.iter().filter(|binary| *binary != own && *binary != AUTHORIZER) {
        let work = inputs.work(binary, wait_ms)?;
        works[0].wait_ms += assumptions.invoke_ms.value + cpu_ms(work.taken.warm_cpu_ms, work.memory, assumptions);
        works.push(work);
    }
    Ok(works)
}

/// The binary behind the route that `GET /api/products/{id}`, with or without a query, names.
pub fn own_function<'a>(system: &'a System, name: &str) -> Option<&'a str> {
    Some(system.functions.get(&route(system, name)?.function)?.binary.as_str())
}

fn route<'a>(system: &'a System, name: &str) -> Option<&'a Route> {
    let mut words = name.split([' ', '?', ',']);
    let (method, path) = (words.next()?, words.next()?);
    system.api.as_ref()?.routes.iter().find(|route| route.method == method && route.path == path)
}
