//! A request that was handled, with its response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use local_stories::Span;

use crate::{Failure, ResponseType};

/// The response to a request, and what an access log says about both.
#[derive(Debug)]
pub struct Exchange {
    /// What the client gets.
    pub response: Response<Bytes>,
    /// `requestContext.requestId`, `$context.requestId` and `x-amzn-RequestId`: one id in all of them.
    pub request_id: String,
    /// The method, after `X-HTTP-Method-Override`.
    pub method: Method,
    /// The path as the client sent it, without the query.
    pub path: String,
    /// The path of the route it matched, as the template writes it.
    pub route: Option<Arc<str>>,
    /// Logical id of the function behind that route; a preflight has none.
    pub function: Option<Arc<str>>,
    /// From the request's arrival to the response.
    pub duration: Duration,
    /// The type of gateway response, if the gateway responded itself instead of the function.
    pub gateway_response: Option<ResponseType>,
    /// What was wrong with the function or the authorizer, if that is why the gateway responded itself.
    pub failure: Option<Failure>,
}

impl Exchange {
    /// Adds what it says to the request's entry in its story.
    pub(crate) fn note(&self, span: &Span) {
        if !span.is_recorded() {
            return;
        }
        span.note("method", self.method.as_str());
        span.note("status", self.response.status().as_u16());
        if let Some(route) = &self.route {
            span.note("route", &**route);
        }
        if let Some(function) = &self.function {
            span.note("function", &**function);
        }
        if let Some(response) = &self.gateway_response {
            span.note("gatewayResponse", response.name());
        }
        if let Some(failure) = &self.failure {
            span.note("failure", failure.to_string());
        }
        span.response(self.response.body());
    }
}
