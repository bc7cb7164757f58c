//! From an endpoint's outcome to the HTTP answer: body, headers and the log line.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayV2httpResponse};
use serde::Serialize;

use crate::body::{self, Meta};
use crate::runtime::{Timer, chain};
use crate::{Call, Code, Failure, Reply, Service, cors, failure, log, problem, request_id, timestamp};

/// What an endpoint decided, with all that its answer needs of the request.
pub(crate) struct Answer {
    service: Service,
    request_id: String,
    route: Option<String>,
    wants_problem: bool,
    outcome: Result<Reply, Failure>,
}

impl Answer {
    pub(crate) fn new(service: Service, call: &Call, outcome: Result<Reply, Failure>) -> Self {
        Self {
            service,
            request_id: call.request_id.clone(),
            route: Some(format!("{} {}", call.method, call.route)),
            wants_problem: problem::wanted(&call.headers),
            outcome,
        }
    }

    pub(crate) fn without_call(service: Service, request_id: &str, failure: Failure) -> Self {
        Self { service, request_id: request_id.to_owned(), route: None, wants_problem: false, outcome: Err(failure) }
    }

    /// Words the answer and logs it.
    pub(crate) fn finish(self, timer: &Timer) -> Response {
        let elapsed = timer.milliseconds();
        let mut headers = self.common_headers(elapsed);
        let meta = Meta {
            request_id: &self.request_id,
            timestamp: timestamp::now(),
            execution_time: elapsed,
            pagination: None,
        };
        let told = match self.outcome {
            Ok(reply) => tell_success(reply, meta, &mut headers),
            Err(failure) => tell_failure(failure.into_inner(), meta, self.wants_problem, &mut headers),
        };
        log::write(
            &log::Line {
                timestamp: timestamp::now(),
                level: if told.status.is_server_error() { "ERROR" } else { "INFO" },
                message: "request",
                request_id: &self.request_id,
                service: self.service.name,
                function: log::function_name(),
                route: self.route,
                status: Some(told.status.as_u16()),
                code: told.code.map(Code::as_str),
                cause: told.cause,
                duration: elapsed,
                cold_start: timer.is_cold(),
            },
            &told.metrics,
        );
        Response { status: told.status, headers, body: told.body }
    }

    fn common_headers(&self, elapsed: u64) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(16);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        set(&mut headers, request_id::HEADER, &self.request_id);
        headers.insert("x-service", HeaderValue::from_static(self.service.name));
        headers.insert("x-version", HeaderValue::from_static(self.service.version));
        headers.insert("x-gateway", HeaderValue::from_static("microservices-v1"));
        set(&mut headers, "x-response-time", &format!("{elapsed}ms"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        cors::allow(&mut headers);
        headers
    }
}

/// What the log wants to know of an answer that was worded.
struct Told {
    status: StatusCode,
    body: Option<String>,
    code: Option<Code>,
    cause: Option<String>,
    metrics: Vec<&'static str>,
}

fn tell_success(reply: Reply, mut meta: Meta<'_>, headers: &mut HeaderMap) -> Told {
    if let Some(location) = &reply.location {
        set(headers, header::LOCATION.as_str(), location);
    }
    for (name, value) in reply.headers {
        headers.insert(name, HeaderValue::from_static(value));
    }
    meta.pagination = reply.pagination;
    let body = match &reply.data {
        Some(data) => Some(body::success(data, reply.message, &meta)),
        None => {
            headers.remove(header::CONTENT_TYPE);
            None
        }
    };
    Told { status: reply.status, body, code: None, cause: None, metrics: reply.metrics }
}

fn tell_failure(failure: failure::Inner, meta: Meta<'_>, as_problem: bool, headers: &mut HeaderMap) -> Told {
    let status = failure.code.status();
    if let Some(seconds) = failure.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let body = if as_problem {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
        problem::body(&failure, &meta)
    } else {
        body::failure(&failure, &meta)
    };
    let cause = failure.cause.as_ref().map(|cause| chain(cause.as_ref()));
    Told { status, body: Some(body), code: Some(failure.code), cause, metrics: failure.metrics }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The answer in the form of a REST API's "Output format of a Lambda function for proxy integration".
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
}

impl Serialize for Response {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = ApiGatewayProxyResponse::default();
        response.status_code = i64::from(self.status.as_u16());
        response.headers = self.headers.clone();
        response.body = self.body.clone().map(Body::Text);
        response.serialize(serializer)
    }
}

impl Response {
    /// The same in an HTTP API's payload format 2.0.
    pub(crate) fn for_http_api(&self) -> ApiGatewayV2httpResponse {
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = i64::from(self.status.as_u16());
        response.headers = self.headers.clone();
        response.body = self.body.clone().map(Body::Text);
        response
    }
}
