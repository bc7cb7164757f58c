//! A client for the functions of other services: typed, bounded in time, and with the ways that a call can fail told
//! apart.
//!
//! It calls a function through Lambda's Invoke API ("Invoke" in the Lambda API reference) instead of the API gateway, so
//! no route and no token is needed, and the IAM role of the caller says which functions it may call.
//!
//! - [`ServiceClient::rpc`] calls a function that [`envelope::serve_rpc`] serves, and passes its failures on.
//! - [`ServiceClient::call`] calls any other function.
//! - [`ServiceClient::health`] checks a service through its health endpoint's function.
//!
//! Each gives up after a time budget, and within it tries transient failures again (throttling, Lambda's own failures, a
//! crash of the function): a function that is called so has to be idempotent.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use envelope::{Catalogue, Failure};
//! # use serde_json::{Value, json};
//! # use service_client::ServiceClient;
//! # async fn example() -> Result<(), Failure> {
//! let client = ServiceClient::new(Catalogue::new(&[]))?;
//! let quote: Value = client.rpc("price-service", "quote", &json!({"product": "p1"}), Duration::from_secs(2)).await?;
//! # Ok(())
//! # }
//! ```

mod client;
mod health;
mod rpc;
#[cfg(test)]
mod testing;

pub use client::{CallError, ServiceClient};
pub use health::{Health, Status};
