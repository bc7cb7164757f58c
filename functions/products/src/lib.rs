//! The product service: the catalogue, the stock of each product, and the holds of orders on it.
//!
//! - [`endpoints`]: functions with a route, a file for each.
//! - [`workers`]: functions without one.
//! - [`domain`]: values, states and rules.
//! - [`store`]: the only place that knows DynamoDB.

pub mod domain;
pub mod endpoints;
pub mod store;
pub mod workers;

/// The name and version of this service in answers, logs and events.
pub const SERVICE: envelope::Service =
    envelope::Service { name: contracts::reserve_stock::SERVICE_NAME, version: env!("CARGO_PKG_VERSION") };
