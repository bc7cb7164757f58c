//! What the gateway answers on behalf of all services.

pub mod health;

/// What answers name this service.
pub const SERVICE: envelope::Service =
    envelope::Service { name: "gateway-service", version: env!("CARGO_PKG_VERSION") };
