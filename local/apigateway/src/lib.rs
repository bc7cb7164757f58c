//! An Amazon API Gateway REST API on one machine: `AWS::Serverless::Api` with Lambda proxy integrations.
//!
//! [`RestApi`] is the API of a template in front of whatever [runs functions](local_lambda::Invoke). It routes a
//! request, asks the Lambda authorizer, hands the function the event that API Gateway would, and turns what comes back
//! into an HTTP response, refusing what API Gateway refuses in the words the template's `GatewayResponses` give it.
//! The HTTP listener is the caller's: it reads a body up to [`BODY_LIMIT`] and calls [`RestApi::handle`], or
//! [`RestApi::refuse`] if it could not read one.
//!
//! Each module names the page of the API Gateway Developer Guide that it follows. Where the guide is silent, it
//! follows what LocalStack's tests recorded of the real service (`tests/aws/services/apigateway/*.snapshot.json`).
#![warn(missing_docs)]

mod api;
mod authorizer;
mod context;
mod cors;
mod error;
mod event;
mod exchange;
mod failure;
mod fault;
mod gateway_response;
mod invocation;
mod media_type;
mod method;
#[cfg(test)]
mod properties;
mod query;
mod reply;
mod request_headers;
mod routes;
mod throttle;

pub use api::{BODY_LIMIT, RestApi, Unread};
pub use error::Error;
pub use exchange::Exchange;
pub use failure::{Cause, Failure};
pub use fault::ResponseType;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
