//! From an endpoint's outcome to the HTTP answer: status, headers, body and the log line.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

use crate::body::{self, Meta};
use crate::cors::Cors;
use crate::headers::ResponseHeaders;
use crate::log::Line;
use crate::runtime::Timer;
use crate::{Call, Code, Failure, Reply, Service, error_chain, failure, problem, request_id, timestamp};

/// What no URI reference holds (RFC 3986, appendix A), and nothing outside ASCII.
const NOT_IN_A_URI: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`');

/// An answer in the form a gateway reads: a REST API's "Output format of a Lambda function for proxy integration",
/// which is an HTTP API's payload format 2.0 too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    status_code: u16,
    headers: ResponseHeaders,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
    /// Set for an HTTP API: `cargo lambda watch` reads no answer without it, a REST API none with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<[&'static str; 0]>,
}

/// Words what an endpoint decided, for the client and for the log.
pub(crate) fn answer(
    service: Service,
    cors: &Cors,
    call: &Call,
    outcome: Result<Reply, Failure>,
    timer: &Timer,
) -> (Answer, Line) {
    let (now, elapsed) = (timestamp::now(), timer.milliseconds());
    let mut headers = common_headers(service, cors, call, elapsed);
    let meta = Meta { request_id: &call.request_id, timestamp: &now, execution_time: elapsed, pagination: None };
    let told = match outcome {
        Ok(reply) => tell_success(reply, meta, &mut headers),
        Err(failure) => tell_failure(failure.into_inner(), meta, problem::wanted(&call.headers), &mut headers),
    };
    let line = Line {
        level: if told.status >= 500 { "ERROR" } else { "INFO" },
        message: "request",
        request_id: call.request_id.clone(),
        service: service.name,
        route: Some(call.route.clone()),
        status: Some(told.status),
        code: told.code.map(Code::as_str),
        cause: told.cause,
        duration: elapsed,
        cold_start: timer.is_cold(),
        timestamp: now,
        metrics: told.metrics,
    };
    let answer = Answer {
        status_code: told.status,
        headers,
        body: told.body,
        is_base64_encoded: false,
        cookies: call.is_http_api.then_some([]),
    };
    (answer, line)
}

fn common_headers(service: Service, cors: &Cors, call: &Call, elapsed: u64) -> ResponseHeaders {
    let mut headers = ResponseHeaders::new();
    headers.set("content-type", "application/json; charset=utf-8");
    headers.set(request_id::HEADER, call.request_id.clone());
    headers.set("x-service", service.name);
    headers.set("x-version", service.version);
    headers.set("x-gateway", "microservices-v1");
    headers.set("x-response-time", format!("{elapsed}ms"));
    headers.set("x-content-type-options", "nosniff");
    cors.allow(&mut headers);
    headers
}

/// What the outcome makes of the answer and the log line.
struct Told {
    status: u16,
    body: Option<String>,
    code: Option<Code>,
    cause: Option<String>,
    metrics: Vec<&'static str>,
}

fn tell_success(reply: Reply, mut meta: Meta<'_>, headers: &mut ResponseHeaders) -> Told {
    for (name, value) in reply.headers {
        headers.set(name, value);
    }
    if let Some(location) = reply.location {
        headers.set("location", utf8_percent_encode(&location, NOT_IN_A_URI).to_string());
    }
    meta.pagination = reply.pagination;
    let body = reply.data.map(|data| body::success(&data, reply.message, &meta));
    if body.is_none() {
        headers.remove("content-type");
    }
    Told { status: reply.status.as_u16(), body, code: None, cause: None, metrics: reply.metrics }
}

fn tell_failure(failure: failure::Inner, meta: Meta<'_>, as_problem: bool, headers: &mut ResponseHeaders) -> Told {
    let status = failure.code.status().as_u16();
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
    Told { status, body: Some(body), code: Some(failure.code), cause, metrics: failure.metrics }
}
