//! The gateway service: answers for the API as a whole.
//!
//! - [`endpoints`]: functions with a route, a file for each.
//! - [`domain`]: values and rules.

pub mod domain;
pub mod endpoints;

/// The name and version of this service in answers, logs and events.
pub const SERVICE: envelope::Service =
    envelope::Service { name: "gateway-service", version: env!("CARGO_PKG_VERSION") };
