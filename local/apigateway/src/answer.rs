//! What became of a request.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};

use crate::{Failure, ResponseType};

/// The response to a request, and what a log line says about it.
#[derive(Debug)]
pub struct Answer {
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
    /// The kind of answer, if the gateway worded it itself and not the function.
    pub gateway_response: Option<ResponseType>,
    /// What was wrong with the function or the authorizer, if that is why the gateway answered.
    pub failure: Option<Failure>,
}
