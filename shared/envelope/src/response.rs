//! From an endpoint's outcome to the HTTP response and the log line.

use lambda_http::Body;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::body::{self, Meta};
use crate::cors::Cors;
use crate::headers::ResponseHeaders;
use crate::log::Line;
use crate::preconditions::{self, Selected};
use crate::runtime::Timer;
use crate::{
    Caching, Call, Code, EntityTag, Failure, Reply, Service, caching, error_chain, failure, problem, request_id,
    timestamp,
};

/// The characters that no URI reference has (RFC 3986, appendix A), all beyond ASCII among them.
pub(crate) const NOT_IN_A_URI: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`');

/// The HTTP response of an endpoint.
pub(crate) struct Response {
    status: u16,
    headers: ResponseHeaders,
    body: Option<String>,
}

/// A response in the form that a gateway reads: a REST API's "Output format of a Lambda function for proxy
/// integration", which is an HTTP API's payload format 2.0 too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GatewayResponse {
    status_code: u16,
    headers: ResponseHeaders,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
    /// Set for an HTTP API: `cargo lambda watch` reads no response without it, a REST API none with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<[&'static str; 0]>,
}

impl Response {
    /// The response as JSON for the gateway.
    ///
    /// # Errors
    /// None: strings and numbers can be serialised.
    pub(crate) fn into_gateway(self, is_http_api: bool) -> Result<Box<RawValue>, serde_json::Error> {
        to_raw_value(&GatewayResponse {
            status_code: self.status,
            headers: self.headers,
            body: self.body,
            is_base64_encoded: false,
            cookies: is_http_api.then_some([]),
        })
    }

    /// The response as tower layers read it.
    pub(crate) fn into_http(self) -> http::Response<Body> {
        let mut response = http::Response::new(self.body.map_or(Body::Empty, Body::Text));
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        response.headers_mut().extend(self.headers.fields());
        response
    }
}

/// Makes the response and the log line of an endpoint's outcome.
pub(crate) fn response(
    service: Service,
    cors: &Cors,
    caching: Caching,
    call: &Call,
    outcome: Result<Reply, Failure>,
    timer: &Timer,
) -> (Response, Line) {
    let (now, elapsed) = (timestamp::now(), timer.milliseconds());
    let request_id = call.request_id();
    let mut headers = common_headers(service, cors, request_id, elapsed);
    let meta = Meta { request_id, timestamp: &now, execution_time: elapsed, pagination: None };
    let rendered = match outcome.and_then(|reply| select(reply, caching, call)) {
        Ok((reply, Selected::Changed)) => success(reply, caching, meta, &mut headers),
        Ok((reply, Selected::NotModified)) => not_modified(&reply, caching, &mut headers),
        Err(failure) => error(failure.into_inner(), meta, problem::is_accepted(call.request().headers()), &mut headers),
    };
    let line = Line {
        level: if rendered.status >= 500 { "ERROR" } else { "INFO" },
        message: "request",
        request_id: request_id.to_owned(),
        caller: call.caller(),
        service: service.name,
        route: Some(call.route()),
        status: Some(rendered.status),
        code: rendered.code.map(Code::as_str),
        cause: rendered.cause,
        duration: elapsed,
        cold_start: timer.is_cold(),
        audit: Vec::new(),
        timestamp: now,
        metrics: rendered.metrics,
    };
    (Response { status: rendered.status, headers, body: rendered.body }, line)
}

fn common_headers(service: Service, cors: &Cors, request_id: &str, elapsed: u64) -> ResponseHeaders {
    let mut headers = ResponseHeaders::new();
    headers.set("content-type", "application/json; charset=utf-8");
    headers.set(request_id::HEADER, request_id.to_owned());
    headers.set("x-service", service.name);
    headers.set("x-version", service.version);
    headers.set("x-gateway", "microservices-v1");
    headers.set("x-response-time", format!("{elapsed}ms"));
    headers.set("x-content-type-options", "nosniff");
    // A year, as browsers' own lists ask for (RFC 6797).
    headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
    cors.allow(&mut headers);
    headers
}

/// The parts of an outcome that go into the response and the log line.
struct Rendered {
    status: u16,
    body: Option<String>,
    code: Option<Code>,
    cause: Option<String>,
    metrics: Vec<&'static str>,
}

/// A reply with the tag of its version, and what the request's conditions make of it.
///
/// # Errors
/// As [`preconditions::select`].
fn select(mut reply: Reply, caching: Caching, call: &Call) -> Result<(Reply, Selected), Failure> {
    let (method, request) = (call.request().method(), call.request().headers());
    if reply.tag.is_none() && caching != Caching::Never && method.is_safe() {
        reply.tag = reply.data.as_ref().map(|data| EntityTag::of(data.get().as_bytes()));
    }
    let selected = match &reply.tag {
        Some(tag) => preconditions::select(method, request, tag)?,
        None => Selected::Changed,
    };
    Ok((reply, selected))
}

/// 304, with the headers of the whole answer that a cache needs (RFC 9110, section 15.4.5).
fn not_modified(reply: &Reply, caching: Caching, headers: &mut ResponseHeaders) -> Rendered {
    set_cache_headers(reply.tag.as_ref(), caching, headers);
    headers.remove("content-type");
    Rendered { status: 304, body: None, code: None, cause: None, metrics: Vec::new() }
}

fn set_cache_headers(tag: Option<&EntityTag>, caching: Caching, headers: &mut ResponseHeaders) {
    headers.set("cache-control", caching.header());
    if let Some(tag) = tag {
        headers.set("etag", tag.to_string());
    }
}

fn success(reply: Reply, caching: Caching, mut meta: Meta<'_>, headers: &mut ResponseHeaders) -> Rendered {
    set_cache_headers(reply.tag.as_ref(), caching, headers);
    for (name, value) in reply.headers {
        headers.set(name, value);
    }
    if let Some(location) = reply.location {
        headers.set("location", utf8_percent_encode(&location, NOT_IN_A_URI).to_string());
    }
    meta.pagination = reply.pagination;
    let body = match reply.bare {
        Some(media_type) => {
            headers.set("content-type", media_type);
            reply.data.map(|data| String::from(Box::<str>::from(data)))
        }
        None => reply.data.map(|data| body::success(&data, &reply.message, &meta)),
    };
    if body.is_none() {
        headers.remove("content-type");
    }
    Rendered { status: reply.status.as_u16(), body, code: None, cause: None, metrics: reply.metrics }
}

fn error(failure: failure::Inner, meta: Meta<'_>, as_problem: bool, headers: &mut ResponseHeaders) -> Rendered {
    let status = failure.code.status().as_u16();
    headers.set("cache-control", caching::NEVER);
    if let Some(seconds) = failure.retry_after {
        headers.set("retry-after", seconds.to_string());
    }
    if status == 401 {
        headers.set("www-authenticate", "Bearer");
    }
    let body = if as_problem {
        headers.set("content-type", problem::MEDIA_TYPE);
        problem::body(&failure, meta.request_id)
    } else {
        body::failure(&failure, &meta)
    };
    let cause = failure.cause.as_ref().map(|cause| error_chain(cause.as_ref()));
    Rendered { status, body: Some(body), code: Some(failure.code), cause, metrics: failure.metrics }
}
