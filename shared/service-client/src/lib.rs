//! Calling another service's function: typed, bounded in time, with the ways it can fail told apart.
//!
//! Services reach each other by Lambda's Invoke API, not through the gateway: no route, no token, and the caller's
//! IAM role says whom it may call.

mod client;
mod health;
mod rpc;
#[cfg(test)]
mod testing;

pub use client::{CallError, ServiceClient};
pub use health::{Health, Status};
