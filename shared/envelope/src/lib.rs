//! One response envelope for every answer of an HTTP API on AWS Lambda.
//!
//! An [`Endpoint`] decodes its request, calls its domain and returns `Result<Reply, Failure>`. This crate does
//! the rest: the JSON, the headers, the request id, identity, the log line and its metrics, and an answer
//! without detail for every panic and unexpected error.
//!
//! ```no_run
//! use envelope::{Call, Endpoint, Failure, InitError, Reply, Service, serve};
//! use serde_json::json;
//!
//! struct Greet;
//!
//! impl Endpoint for Greet {
//!     async fn init() -> Result<Self, InitError> { Ok(Self) }
//!
//!     async fn call(&self, call: &Call) -> Result<Reply, Failure> {
//!         let caller = call.identity()?;
//!         Reply::ok("Greeting made", json!({"greeting": format!("Hello, {}", caller.name)}))
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     serve::<Greet>(Service { name: "greeting-service", version: env!("CARGO_PKG_VERSION") })
//! }
//! ```
//!
//! A success and an error, each key in this order, absent keys left out:
//!
//! ```json
//! {"success":true,"data":{},"message":"…","meta":{"requestId":"…","timestamp":"2026-01-31T12:00:00.000Z","executionTime":3}}
//! {"success":false,"error":{"message":"…","type":"ValidationError","code":"MISSING_FIELDS","details":{}},"message":"…","meta":{}}
//! ```

mod authorizer;
mod body;
mod call;
mod code;
mod cors;
mod deadline;
pub mod decode;
mod endpoint;
mod error_chain;
mod event;
mod failure;
mod function;
mod headers;
mod layers;
mod log;
pub mod metrics;
mod pagination;
mod problem;
mod reply;
pub mod request_id;
mod response;
mod rpc;
mod runtime;
pub mod timestamp;

pub use authorizer::context_of;
pub use call::{BODY_LIMIT, Call};
pub use code::{Catalogue, Code, Kind};
pub use deadline::Deadline;
pub use endpoint::{Endpoint, Service, serve};
pub use error_chain::error_chain;
pub use failure::{Failure, Unavailable};
pub use function::{Function, FunctionError, serve_function};
pub use identity::{Identity, Role};
pub use lambda_http::{self, Context};
pub use layers::{EndpointService, serve_layered};
pub use pagination::Pagination;
pub use reply::Reply;
pub use rpc::{Rpc, read_response, serve_rpc};
pub use runtime::InitError;

use response::NOT_IN_A_URI;

#[cfg(test)]
mod tests;
