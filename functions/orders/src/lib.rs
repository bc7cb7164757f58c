//! The order service: customers place, list and cancel orders, and an order follows the events about its stock.
//!
//! - [`endpoints`]: functions with a route, a file for each.
//! - [`workers`]: functions without one.
//! - [`domain`]: values, states and rules.
//! - [`store`]: the only place that knows DynamoDB.

pub mod domain;
pub mod endpoints;
pub mod store;
pub mod workers;

/// The name and version of this service in responses, logs and events.
pub const SERVICE: envelope::Service = envelope::Service { name: "order-service", version: env!("CARGO_PKG_VERSION") };
