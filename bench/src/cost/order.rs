//! What an order costs, up to its last notification.

use super::call::AUTHORIZER;
use super::inputs::Inputs;
use super::lambda::Compute;
use super::prices::Prices;
use crate::error::Error;
use crate::figures::Order;

/// Dollars for a number of orders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    pub gateway: f64,
    pub compute: Compute,
    pub reads: f64,
    pub writes: f64,
    pub queues: f64,
    pub logs: f64,
    pub traces: f64,
}

impl Cost {
    /// All of it on x86_64.
    pub fn x86(&self) -> f64 {
        self.gateway + self.compute.x86 + self.reads + self.writes + self.queues + self.logs + self.traces
    }

    /// All of it on arm64.
    pub fn arm(&self) -> f64 {
        self.x86() - self.compute.x86 + self.compute.arm
    }
}

/// What so many orders cost, placed one by one: where many come at once, events share invocations and it is less.
pub fn cost(inputs: &Inputs<'_>, order: &Order, orders: f64) -> Result<Cost, Error> {
    let Prices { prices, assumptions, .. } = inputs.prices;
    let invocations: f64 = order.invocations.values().sum();
    // All round trips, as if each were a write and all functions made as many; and of the queues' requests the third that
    // is no receive or delete of Lambda's own.
    let sends = order.queue_requests / 3.0;
    let waited = order.round_trips * assumptions.write_ms.value + sends * assumptions.send_ms.value;
    let wait_ms = if invocations > 0.0 { waited / invocations } else { 0.0 };
    let mut compute = Compute::default();
    for (binary, count) in &order.invocations {
        compute = compute + inputs.work(binary, wait_ms)?.cost(count * orders, inputs.prices);
    }
    if !order.invocations.contains_key(AUTHORIZER) {
        compute =
            compute + inputs.work(AUTHORIZER, 0.0)?.cost(assumptions.authorizer_share.value * orders, inputs.prices);
    }
    // A line for each invocation, and the gateway's.
    let log_bytes =
        order.log_bytes + assumptions.access_log_bytes.value + (invocations + 1.0) * assumptions.log_event_bytes.value;
    Ok(Cost {
        gateway: prices.rest_api_calls.of(orders),
        compute,
        reads: prices.read_units.of(order.read_units * orders),
        writes: prices.write_units.of(order.write_units * orders),
        queues: prices.queue_requests.of(order.queue_requests * orders),
        logs: prices.log_bytes.of(log_bytes * orders),
        traces: prices.traces.of(assumptions.trace_share.value * orders),
    })
}
