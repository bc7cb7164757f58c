//! The notification service: tells users what happened to their account and their orders.
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
    envelope::Service { name: "notification-service", version: env!("CARGO_PKG_VERSION") };
