//! The health of all services, answered on behalf of the API as a whole.

pub mod endpoints;

/// The name and version of this service in answers, logs and events.
pub const SERVICE: envelope::Service =
    envelope::Service { name: "gateway-service", version: env!("CARGO_PKG_VERSION") };
