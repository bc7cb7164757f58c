//! A request on its way into an endpoint.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use identity::{Identity, KeyRing, Role};
use lambda_runtime::Context;
use serde_json::{Map, Value};

use crate::decode::{Decode, DecodeQuery, Fields, QueryFields, object};
use crate::event::Event;
use crate::headers::RequestHeaders;
use crate::{Code, Deadline, Failure, authorizer, request_id, timestamp};

/// The most a request body may hold, in bytes.
pub const BODY_LIMIT: usize = 256 * 1024;

/// One request: what an endpoint may know of it.
pub struct Call {
    pub(crate) request_id: String,
    pub(crate) route: String,
    pub(crate) headers: RequestHeaders,
    pub(crate) is_http_api: bool,
    path_parameters: BTreeMap<String, String>,
    query: BTreeMap<String, Vec<String>>,
    body: Vec<u8>,
    authorizer: Map<String, Value>,
    keys: Option<Rc<KeyRing>>,
    caller: OnceCell<Result<Identity, Anonymous>>,
    source_ip: String,
    path_prefix: String,
    deadline: Deadline,
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
    pub(crate) fn read(mut event: Event, context: &Context, keys: Option<Rc<KeyRing>>) -> Self {
        let headers = event.take_headers();
        let gateways = event.request_context.request_id.take().filter(|id| !id.is_empty());
        let request_id = match request_id::from_caller(&headers) {
            Some(callers) => callers.to_owned(),
            None => gateways.unwrap_or_else(|| context.request_id.clone()),
        };
        Self {
            request_id,
            headers,
            route: event.route(),
            is_http_api: event.is_http_api(),
            path_parameters: event.take_path_parameters(),
            query: event.take_query(),
            body: event.take_body(),
            authorizer: event.take_authorizer(),
            keys,
            caller: OnceCell::new(),
            source_ip: event.source_ip().to_owned(),
            path_prefix: event.path_prefix().to_owned(),
            deadline: Deadline::of(context),
            trace_id: context.xray_trace_id.clone(),
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
        self.deadline.time_left()
    }

    /// The address the request came from, as the gateway saw it.
    pub fn source_ip(&self) -> &str {
        &self.source_ip
    }

    /// What stands before the API's own paths in the URL the client used: `/prod`, or nothing.
    pub fn path_prefix(&self) -> &str {
        &self.path_prefix
    }

    /// The first value of a request header; its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The token of `Authorization: Bearer …` (RFC 6750; the scheme in any case).
    pub fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// Who is calling, as the gateway's authorizer established it.
    ///
    /// # Errors
    /// 401 if nobody is, or their token has expired since.
    pub fn identity(&self) -> Result<&Identity, Failure> {
        self.caller.get_or_init(|| self.caller()).as_ref().map_err(|anonymous| match anonymous {
            Anonymous::NoToken => Failure::token_required(),
            Anonymous::InvalidToken => Failure::invalid_token(),
        })
    }

    /// Found out when it is asked: an endpoint that is everyone's has no code for tokens in its binary.
    fn caller(&self) -> Result<Identity, Anonymous> {
        match (authorizer::identity(&self.authorizer), &self.keys) {
            // Outside a gateway with an authorizer, and only where this process was given a key, it checks tokens itself.
            (Err(Anonymous::NoToken), Some(keys)) => {
                let token = self.bearer_token().ok_or(Anonymous::NoToken)?;
                keys.verify(token, timestamp::epoch_seconds()).map_err(|_| Anonymous::InvalidToken)
            }
            (established, _) => established,
        }
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
        self.path_parameters.get(name).map_or("", String::as_str)
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
        if self.body.len() > BODY_LIMIT {
            return Err(Failure::payload_too_large(BODY_LIMIT));
        }
        if !self.body.is_empty() && !self.is_json() {
            return Err(Failure::unsupported_media_type());
        }
        match object(&self.body) {
            Some(object) => Fields::read(object),
            None => Err(Failure::validation(Code::INVALID_JSON, "Request body must be a JSON object")),
        }
    }

    /// `application/json`, with no charset or UTF-8 (RFC 8259, section 8.1).
    fn is_json(&self) -> bool {
        let Some(content_type) = self.header("content-type") else { return false };
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

// Headers, query, body and caller hold what no log may.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request_id", &self.request_id).field("route", &self.route).finish_non_exhaustive()
    }
}
