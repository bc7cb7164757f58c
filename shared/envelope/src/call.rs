//! A request on its way into an endpoint.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method, header};
use identity::{Identity, KeyRing, Role};
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::request::LambdaRequest;
use lambda_runtime::Context;
use serde_json::Value;

use crate::authorizer;
use crate::decode::{Decode, DecodeQuery, Fields, QueryFields};
use crate::{Code, Failure, request_id, timestamp};

/// The most a request body may hold, in bytes.
pub const BODY_LIMIT: usize = 256 * 1024;

/// One request: what an endpoint may know of it.
///
/// Read from a REST API's event ("Input format of a Lambda function for proxy integration") or an HTTP API's
/// (payload format 2.0, which `cargo lambda watch` sends).
#[derive(Debug)]
pub struct Call {
    pub(crate) request_id: String,
    pub(crate) method: Method,
    pub(crate) route: String,
    pub(crate) headers: HeaderMap,
    path_parameters: Vec<(String, String)>,
    query: Vec<(String, Vec<String>)>,
    body: Option<Body>,
    caller: Result<Identity, Anonymous>,
    source_ip: String,
    path_prefix: String,
    deadline: SystemTime,
    trace_id: Option<String>,
}

/// Why nobody is known to be calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anonymous {
    /// No token came.
    NoToken,
    /// One came that proves nothing, or whose time is over.
    InvalidToken,
}

impl Call {
    pub(crate) fn read(request: LambdaRequest, context: &Context, keys: Option<&KeyRing>) -> Result<Self, Failure> {
        let mut call = match request {
            LambdaRequest::ApiGatewayV1(event) => Self::from_rest(event),
            LambdaRequest::ApiGatewayV2(event) => Self::from_http(event),
            _ => return Err(Failure::internal("the event is neither a REST API's nor an HTTP API's")),
        };
        if call.request_id.is_empty() {
            call.request_id.clone_from(&context.request_id);
        }
        if let Some(id) = request_id::from_caller(&call.headers) {
            call.request_id = id.to_owned();
        }
        // Outside a gateway with an authorizer, and only where this process was given a key, it checks tokens itself.
        if let (Err(Anonymous::NoToken), Some(keys)) = (&call.caller, keys) {
            call.caller = match call.bearer_token() {
                None => Err(Anonymous::NoToken),
                Some(token) => keys.verify(token, timestamp::epoch_seconds()).map_err(|_| Anonymous::InvalidToken),
            };
        }
        call.deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
        call.trace_id.clone_from(&context.xray_trace_id);
        Ok(call)
    }

    fn from_rest(event: ApiGatewayProxyRequest) -> Self {
        let context = event.request_context;
        let path = event.path.unwrap_or_default();
        let mut headers = event.multi_value_headers;
        headers.extend(event.headers);
        let query = if event.multi_value_query_string_parameters.is_empty() {
            event.query_string_parameters
        } else {
            event.multi_value_query_string_parameters
        };
        Self {
            request_id: context.request_id.unwrap_or_default(),
            method: event.http_method,
            route: event.resource.unwrap_or_default(),
            headers,
            path_parameters: event.path_parameters.into_iter().collect(),
            query: parameters(&query),
            body: event.body.map(|text| Body::from_maybe_encoded(event.is_base64_encoded, &text)),
            caller: authorizer::identity(&context.authorizer.fields),
            source_ip: context.identity.source_ip.unwrap_or_default(),
            // Behind a stage's own URL the context's path is `/prod/api/…` where the event's is `/api/…`.
            path_prefix: context.path.as_deref().and_then(|full| full.strip_suffix(&path)).unwrap_or("").to_owned(),
            deadline: UNIX_EPOCH,
            trace_id: None,
        }
    }

    fn from_http(event: ApiGatewayV2httpRequest) -> Self {
        let context = event.request_context;
        Self {
            request_id: context.request_id.unwrap_or_default(),
            method: context.http.method,
            route: event.raw_path.unwrap_or_default(),
            headers: event.headers,
            path_parameters: event.path_parameters.into_iter().collect(),
            query: parameters(&event.query_string_parameters),
            body: event.body.map(|text| Body::from_maybe_encoded(event.is_base64_encoded, &text)),
            caller: Err(Anonymous::NoToken),
            source_ip: context.http.source_ip.unwrap_or_default(),
            path_prefix: String::new(),
            deadline: UNIX_EPOCH,
            trace_id: None,
        }
    }

    /// The id of this request, in the answer, the log, the services it calls and the events it causes.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The X-Ray trace header of this request, if it is traced.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// How long the function may still run.
    pub fn time_left(&self) -> Duration {
        self.deadline.duration_since(SystemTime::now()).unwrap_or_default()
    }

    /// The address the request came from, as the gateway saw it.
    pub fn source_ip(&self) -> &str {
        &self.source_ip
    }

    /// What stands before the API's own paths in the URL the client used: `/prod`, or nothing.
    pub fn path_prefix(&self) -> &str {
        &self.path_prefix
    }

    /// A request header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer …` (RFC 6750; the scheme in any case).
    pub fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// Who is calling, as the gateway's authorizer established it.
    ///
    /// # Errors
    /// 401 if nobody is, or their token has expired since.
    pub fn identity(&self) -> Result<&Identity, Failure> {
        self.caller.as_ref().map_err(|anonymous| match anonymous {
            Anonymous::NoToken => Failure::token_required(),
            Anonymous::InvalidToken => Failure::invalid_token(),
        })
    }

    /// The caller, who has to be an admin.
    ///
    /// # Errors
    /// 401 as [`Call::identity`]; 403 for anyone else.
    pub fn admin(&self) -> Result<&Identity, Failure> {
        let identity = self.identity()?;
        (identity.role == Role::Admin).then_some(identity).ok_or_else(Failure::forbidden)
    }

    /// A parameter of the path; empty if the route has none of that name.
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// The query, read strictly.
    ///
    /// # Errors
    /// 400 with every problem in `details.fields`.
    pub fn query<T: DecodeQuery>(&self) -> Result<T, Failure> {
        QueryFields::read(self.query.clone())
    }

    /// The body, read strictly as a JSON object.
    ///
    /// # Errors
    /// 413 over [`BODY_LIMIT`], 415 if it is not declared as JSON, 400 if it is none or with every problem in `details.fields`.
    pub fn body<T: Decode>(&self) -> Result<T, Failure> {
        let bytes = self.body.as_deref().unwrap_or_default();
        if bytes.len() > BODY_LIMIT {
            return Err(Failure::payload_too_large(BODY_LIMIT));
        }
        if !bytes.is_empty() && !self.is_json() {
            return Err(Failure::unsupported_media_type());
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => Fields::read(object),
            _ => Err(Failure::validation(Code::InvalidJson, "Request body must be a JSON object")),
        }
    }

    /// `application/json`, with no charset or UTF-8 (RFC 8259, section 8.1).
    fn is_json(&self) -> bool {
        let Some(content_type) = self.header(header::CONTENT_TYPE.as_str()) else { return false };
        let mut parts = content_type.split(';').map(str::trim);
        parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
            && parts.all(|parameter| match parameter.split_once('=') {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                    value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
                }
                _ => true,
            })
    }
}

fn parameters(query: &QueryMap) -> Vec<(String, Vec<String>)> {
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in query.iter() {
        match grouped.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value.to_owned()),
            None => grouped.push((name.to_owned(), vec![value.to_owned()])),
        }
    }
    grouped.sort();
    grouped
}
