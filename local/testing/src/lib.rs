//! A DynamoDB for tests of stores: the template's tables, and an SDK client for them, in the test's process.
//!
//! There is no server and no port. The SDK client's HTTP client passes each request to `local-dynamodb`, so serialising,
//! retries and timeouts above it are those of production. `DYNAMODB_ENDPOINT_URL` sends the requests to another engine instead
//! ([`Remote`]).
//!
//! ```no_run
//! # async fn test() {
//! let tables = local_testing::Tables::of_template().await;
//! let client = tables.client();
//! client.list_tables().send().await.unwrap();
//! // The next write is made and its answer lost, as when a connection breaks.
//! tables.dynamodb().faults().inject(local_testing::Fault::next(local_testing::FaultKind::AnswerLost));
//! # }
//! ```
//!
//! [`http`] puts any of the emulated services behind HTTP instead, for tests that call it over a socket.
#![allow(clippy::expect_used, reason = "a test that can't set up what it needs has failed")]

mod connector;
pub mod http;
mod remote;
mod tables;

pub use local_dynamodb::{Fault, FaultKind};
pub use remote::Remote;
pub use tables::Tables;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
