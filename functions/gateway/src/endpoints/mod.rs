//! Functions with a route: a file for each, named after its binary.

pub mod gateway_health;
