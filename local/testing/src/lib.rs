//! A service's store under test: the template's tables, and the SDK's own client to them, in the test's process.
//!
//! There is no server and no port: the client's HTTP connector hands each request to `local-dynamodb` and the answer
//! back, so everything above it, serialising, retries, timeouts, is what runs in production.
//!
//! ```no_run
//! # async fn test() {
//! let tables = testing::Tables::of_template().await;
//! let client = tables.client();
//! client.get_item().table_name("UsersTable").send().await.unwrap();
//! tables.dynamodb().faults().inject(local_dynamodb::Fault::next(local_dynamodb::FaultKind::AnswerLost));
//! # }
//! ```
//!
//! [`http`] puts any of the emulated services behind HTTP instead, for tests that call it over a socket.
#![allow(clippy::expect_used, reason = "a test that can't set up its world has failed")]

mod connector;
pub mod http;
mod tables;

pub use local_dynamodb::{Fault, FaultKind};
pub use tables::Tables;
