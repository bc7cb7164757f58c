//! One response envelope for every answer of an HTTP API on AWS Lambda.
//!
//! An [`Endpoint`] decodes its request, calls its domain and returns `Result<Reply, Failure>`. This crate does
//! the rest: the JSON, the headers, the request id, the caller's identity, the log line with its metrics, and a 500
//! without detail for every panic and unexpected error. [`decode`] reads bodies and queries strictly.
//!
//! Two more kinds of function are served: an [`Rpc`] is called by other services, and a [`Function`] by anything else,
//! such as a stream, a queue or a schedule.
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
//! # The request
//!
//! A [`Call`] holds a [`lambda_http::Request`]: [`Call::request`] gives its headers, its [`Body`](lambda_http::Body) and,
//! by [`lambda_http::RequestExt`], its path and query parameters, the gateway's request context, the raw path, the Lambda
//! context. Extensions work, and [`serve_layered`] serves an endpoint inside tower layers. The methods of `Call` read
//! from the same request.
//!
//! The event is read by this crate, and not by `lambda_http`'s own conversion. That one panics on a body of broken
//! base64, on a URL over 64 KiB and on an empty list in a query, and refuses the whole event for a control character in
//! any header, an odd host, or null in a map: any client could then end an invocation, which its gateway answers with
//! a 502 outside the envelope. This crate's reader takes every event that a gateway can send and builds the request by
//! `lambda_http`'s documented functions (`with_path_parameters`, `with_request_context`, …).
//!
//! # The answer
//!
//! A success and an error, with the keys in this order and absent keys left out:
//!
//! ```json
//! {"success":true,"data":{},"message":"…","meta":{"requestId":"…","timestamp":"2026-01-31T12:00:00.000Z","executionTime":3}}
//! {"success":false,"error":{"message":"…","type":"ValidationError","code":"MISSING_FIELDS","details":{}},"message":"…","meta":{}}
//! ```

mod authorizer;
mod body;
mod caching;
mod call;
mod caller;
mod code;
mod cors;
mod deadline;
pub mod decode;
mod emf;
mod endpoint;
mod entity_tag;
mod error_chain;
mod event;
mod failure;
mod function;
mod headers;
mod layers;
mod log;
pub mod metrics;
mod own_keys;
mod pagination;
mod preconditions;
mod problem;
mod process;
mod reply;
pub mod request_id;
mod response;
mod rpc;
mod runtime;
mod stored_reply;
pub mod timestamp;

pub use authorizer::context_of;
pub use caching::Caching;
pub use call::{BODY_LIMIT, Call};
pub use caller::Caller;
pub use code::{Catalogue, Code, Kind};
pub use deadline::Deadline;
pub use endpoint::{Endpoint, Service, serve};
pub use entity_tag::EntityTag;
pub use error_chain::error_chain;
pub use failure::{Failure, Unavailable};
pub use function::{Function, FunctionError, serve_function};
pub use headers::RepeatedHeader;
pub use identity::{Identity, Role};
pub use lambda_http::{self, Context};
pub use layers::{EndpointService, serve_layered};
pub use pagination::Pagination;
pub use preconditions::IfMatch;
pub use reply::Reply;
pub use rpc::{Rpc, read_response, serve_rpc};
pub use runtime::InitError;
pub use stored_reply::StoredReply;

use response::NOT_IN_A_URI;

#[cfg(test)]
mod tests;
