//! What a call of one endpoint costs.

use template::System;

use super::lambda::{Compute, Work, wait_ms};
use super::prices::Prices;
use super::tables::Shop;
use crate::error::Error;
use crate::figures::Endpoint;

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
    /// Of the functions, of Lambda and of the gateway.
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
pub fn cost(shop: &Shop<'_>, endpoint: &Endpoint, calls: f64) -> Result<Call, Error> {
    let Prices { prices, assumptions, .. } = shop.prices;
    let guarded = is_guarded(shop.system, &endpoint.name);
    let share = if guarded { assumptions.authorizer_share.value } else { 0.0 };
    let mut compute = shop.work("authorize", 0.0)?.cost(share * calls, shop.prices);
    for work in works(shop, endpoint)? {
        compute = compute + work.cost(calls, shop.prices);
    }
    let functions = endpoint.functions.len() as f64 + share;
    let log_bytes = endpoint.log_bytes as f64
        + functions * assumptions.platform_log_bytes.value
        + assumptions.access_log_bytes.value;
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
pub fn works<'a>(shop: &Shop<'a>, endpoint: &Endpoint) -> Result<Vec<Work<'a>>, Error> {
    let assumptions = &shop.prices.assumptions;
    let wait_ms = wait_ms(&endpoint.calls, assumptions);
    let mut works: Vec<Work<'a>> =
        endpoint.functions.iter().map(|binary| shop.work(binary, wait_ms)).collect::<Result<_, _>>()?;
    if let Some((own, invoked)) = works.split_first_mut() {
        let one_by_one = invoked.iter().map(|work| {
            assumptions.invoke_ms.value + super::lambda::cpu_ms(work.function.warm_cpu_ms, work.memory, assumptions)
        });
        own.wait_ms += one_by_one.sum::<f64>();
    }
    Ok(works)
}

/// Whether the route that `GET /api/products/{id}, …` names asks for a token.
fn is_guarded(system: &System, name: &str) -> bool {
    let mut words = name.split([' ', '?', ',']);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let routes = system.api.iter().flat_map(|api| &api.routes);
    routes.into_iter().any(|route| route.method == method && route.path == path && route.authorizer.is_some())
}
