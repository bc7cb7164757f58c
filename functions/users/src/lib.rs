//! The user service: accounts, logins, roles and the gateway's authorizer.
//!
//! - [`endpoints`]: functions with a route, a file for each.
//! - [`workers`]: functions without one.
//! - [`domain`]: values, states and rules.
//! - [`store`]: the only place that knows DynamoDB.
//! - `tokens`: what makes tokens for a session, and verifies them.

pub mod domain;
pub mod endpoints;
pub mod store;
mod tokens;
pub mod workers;

/// The name and version of this service in answers, logs and events.
pub const SERVICE: envelope::Service = envelope::Service { name: "user-service", version: env!("CARGO_PKG_VERSION") };
