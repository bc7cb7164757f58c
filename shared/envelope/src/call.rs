//! A request on its way into an endpoint.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use identity::{Identity, InvalidToken, Role};
use lambda_http::request::RequestContext;
use lambda_http::{Context, Request, RequestExt};

use crate::authorizer::{self, Anonymous};
use crate::decode::{Decode, DecodeQuery, Fields, QueryFields, object};
use crate::event::ExtendedRequestId;
use crate::own_keys::OwnKeys;
use crate::{Caller, Code, Deadline, Failure, IfMatch, RepeatedHeader, headers, request_id};

/// The longest request body, in bytes.
pub const BODY_LIMIT: usize = 256 * 1024;

/// U+FFFD, the replacement character.
const REPLACEMENT: &str = "\u{fffd}";

/// One request: a [`lambda_http::Request`], with what an endpoint mostly asks of it.
pub struct Call {
    request: Request,
    keys: Option<Rc<OwnKeys>>,
    caller: OnceCell<Result<Identity, Anonymous>>,
    authenticated: OnceCell<String>,
}

impl Call {
    /// A call that verifies bearer tokens by `keys`, if no gateway did.
    pub(crate) fn new(request: Request, keys: Option<Rc<OwnKeys>>) -> Self {
        Self { request, keys, caller: OnceCell::new(), authenticated: OnceCell::new() }
    }

    /// The request, with all that [`lambda_http::RequestExt`] offers: headers, body, path and query parameters, the
    /// gateway's request context, the Lambda context, and extensions that a layer added.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The id of this request in the answer, the log and calls to other services: the caller's own
    /// `X-Request-ID` if it is well formed, else the gateway's.
    pub fn request_id(&self) -> &str {
        request_id::from_caller(self.request.headers())
            .or_else(|| self.gateway_request_id())
            .or_else(|| Some(self.context()?.request_id.as_str()))
            .unwrap_or_default()
    }

    /// The id of this request in its events and in whatever is kept: the gateway's that no client can choose
    /// ([`Caller::extended_request_id`]), else Lambda's. What a person typed must not outlast their account.
    pub fn own_id(&self) -> &str {
        self.extended_request_id().or_else(|| Some(self.context()?.request_id.as_str())).unwrap_or_default()
    }

    fn extended_request_id(&self) -> Option<&str> {
        self.request.extensions().get::<ExtendedRequestId>().map(|ExtendedRequestId(id)| id.as_str())
    }

    /// The gateway's id of this request.
    fn gateway_request_id(&self) -> Option<&str> {
        let id = match self.request.request_context_ref()? {
            RequestContext::ApiGatewayV1(context) => context.request_id.as_deref(),
            RequestContext::ApiGatewayV2(context) => context.request_id.as_deref(),
            _ => None,
        };
        id.filter(|id| !id.is_empty())
    }

    /// The route that was matched: `GET /products/{id}`. Method and path, if the gateway names none.
    pub(crate) fn route(&self) -> String {
        match self.request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => match context.route_key.as_deref() {
                None | Some("" | "$default") => format!("{} {}", context.http.method, self.request.raw_http_path()),
                Some(matched) => matched.to_owned(),
            },
            _ => format!("{} {}", self.request.method(), self.resource()),
        }
    }

    /// The path of the REST API's route: `/products/{id}`.
    fn resource(&self) -> &str {
        match self.request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.resource_path.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// Whether the answer goes to an HTTP API.
    pub(crate) fn is_http_api(&self) -> bool {
        matches!(self.request.request_context_ref(), Some(RequestContext::ApiGatewayV2(_)))
    }

    /// What Lambda tells of this invocation.
    pub(crate) fn context(&self) -> Option<&Context> {
        self.request.lambda_context_ref()
    }

    /// The X-Ray trace header, if the request is traced.
    pub fn trace_id(&self) -> Option<&str> {
        self.context()?.xray_trace_id.as_deref()
    }

    /// How long the function may still run.
    pub fn time_left(&self) -> Duration {
        self.context().map_or(Duration::ZERO, |context| Deadline::of(context).time_left())
    }

    /// The client's IP address, as the gateway saw it.
    pub fn source_ip(&self) -> &str {
        let source_ip = match self.request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.as_deref(),
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        source_ip.unwrap_or_default()
    }

    /// What comes before the API's own paths in the URL that the client used: the stage or a custom domain's base path
    /// (`/prod`), or nothing.
    pub fn path_prefix(&self) -> &str {
        let Some(RequestContext::ApiGatewayV1(context)) = self.request.request_context_ref() else { return "" };
        // The API's own path has as many segments as the resource that it matched; the rest is the prefix.
        let own_segments = self.resource().trim_end_matches('/').matches('/').count();
        let mut prefix = context.path.as_deref().unwrap_or_default().trim_end_matches('/');
        for _ in 0..own_segments {
            prefix = prefix.rfind('/').map_or("", |slash| &prefix[..slash]);
        }
        if own_segments == 0 { "" } else { prefix }
    }

    /// The first value of a request header, if it is UTF-8; its name in any case. [`Call::single_header`] reads one that
    /// must not be repeated.
    pub fn header(&self, name: &str) -> Option<&str> {
        headers::first(self.request.headers(), name)
    }

    /// The value of a request header that may be sent only once, if it is UTF-8; its name in any case. The same value
    /// sent again changes nothing.
    ///
    /// # Errors
    /// [`RepeatedHeader`] if it was sent with different values.
    pub fn single_header(&self, name: &str) -> Result<Option<&str>, RepeatedHeader> {
        headers::single(self.request.headers(), name)
    }

    /// The condition that `If-Match` sets, for a request that changes its resource. (Of one that reads it, the envelope
    /// evaluates all conditions.)
    ///
    /// # Errors
    /// 400 if the condition can't be read.
    pub fn if_match(&self) -> Result<Option<IfMatch>, Failure> {
        IfMatch::of(self.request.headers())
    }

    /// The token of `Authorization: Bearer …` (RFC 6750).
    ///
    /// # Errors
    /// 401 if there is none, or if the request has two different `Authorization` headers.
    pub fn bearer_token(&self) -> Result<&str, Failure> {
        self.credentials().map_err(Failure::from)
    }

    fn credentials(&self) -> Result<&str, Anonymous> {
        let credentials = self.single_header("authorization").map_err(|RepeatedHeader| Anonymous::Invalid)?;
        credentials.and_then(identity::bearer_token).ok_or(Anonymous::Missing)
    }

    /// The caller, as the gateway's authorizer established it.
    ///
    /// # Errors
    /// 401 if nobody is signed in, their token has expired since, or the request has two different `Authorization`
    /// headers.
    pub fn identity(&self) -> Result<&Identity, Failure> {
        self.caller.get_or_init(|| self.identify()).as_ref().map_err(|anonymous| Failure::from(*anonymous))
    }

    /// Names the user whom the endpoint itself let in (by a password, a token of its own), for the log line.
    pub fn authenticated(&self, user_id: &str) {
        // The first stays: one call is one user's.
        let _ = self.authenticated.set(user_id.to_owned());
    }

    /// Who sent the request, as far as is known by now, for log lines.
    pub fn caller(&self) -> Caller {
        Caller {
            gateway_request_id: self.gateway_request_id().map(str::to_owned),
            extended_request_id: self.extended_request_id().map(str::to_owned),
            source_ip: Some(self.source_ip()).filter(|address| !address.is_empty()).map(str::to_owned),
            user_id: self.user_id(),
        }
    }

    /// The id of the user who was let in, also where the endpoint never asked.
    fn user_id(&self) -> Option<String> {
        let established = || match self.caller.get() {
            Some(caller) => caller.as_ref().ok().map(|identity| identity.id.clone()),
            None if self.credentials() == Err(Anonymous::Invalid) => None,
            None => self.established().ok().map(|identity| identity.id),
        };
        self.authenticated.get().cloned().or_else(established)
    }

    /// Established only when asked for: the binary of a public endpoint then has no code for tokens in it.
    fn identify(&self) -> Result<Identity, Anonymous> {
        let credentials = self.credentials();
        if credentials == Err(Anonymous::Invalid) {
            return Err(Anonymous::Invalid);
        }
        match (self.established(), &self.keys) {
            // Behind no authorizer, and only where this process has keys, it verifies the token itself.
            (Err(Anonymous::Missing), Some(keys)) => keys.verify(credentials?).map_err(|invalid| match invalid {
                InvalidToken::Expired => Anonymous::Expired,
                _ => Anonymous::Invalid,
            }),
            (established, _) => established,
        }
    }

    /// Who the gateway's authorizer says is calling.
    fn established(&self) -> Result<Identity, Anonymous> {
        let authorizer = match self.request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => Some(&context.authorizer),
            Some(RequestContext::ApiGatewayV2(context)) => context.authorizer.as_ref(),
            _ => None,
        };
        authorizer.map_or(Err(Anonymous::Missing), |said| authorizer::identity(&said.fields))
    }

    /// The token that this process has to verify itself, as there was no authorizer.
    pub(crate) fn own_token(&self) -> Option<&str> {
        matches!(self.established(), Err(Anonymous::Missing)).then(|| self.credentials().ok()).flatten()
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
        self.request.path_parameters_ref().and_then(|parameters| parameters.first(name)).unwrap_or_default()
    }

    /// The query, read strictly.
    ///
    /// # Errors
    /// 400 with every problem in `details.fields`.
    pub fn query<T: DecodeQuery>(&self) -> Result<T, Failure> {
        let parameters = self.request.query_string_parameters_ref();
        QueryFields::read(parameters.into_iter().flat_map(|parameters| parameters.iter()))
    }

    /// The body, read strictly as a JSON object.
    ///
    /// # Errors
    /// 413 over [`BODY_LIMIT`], 415 if it is not declared as JSON, 400 if it is not a JSON object in UTF-8 or with every
    /// problem in `details.fields`.
    pub fn body<T: Decode>(&self) -> Result<T, Failure> {
        let body = self.request.body();
        if body.len() > BODY_LIMIT {
            return Err(Failure::payload_too_large(BODY_LIMIT));
        }
        if !body.is_empty() && !self.is_json() {
            return Err(Failure::unsupported_media_type());
        }
        // Where bytes are not UTF-8, API Gateway puts U+FFFD in their place: it is no character that a client meant.
        let is_whole = !body.windows(REPLACEMENT.len()).any(|bytes| bytes == REPLACEMENT.as_bytes());
        match object(body).filter(|_| is_whole) {
            Some(object) => Fields::read(object),
            None => Err(Failure::validation(Code::INVALID_JSON, "Request body must be a JSON object")),
        }
    }

    /// `application/json`, with no charset or UTF-8 (RFC 8259, section 8.1).
    fn is_json(&self) -> bool {
        let Ok(Some(content_type)) = self.single_header("content-type") else { return false };
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

/// A call as a test makes it: of a [`Request`] that [`lambda_http::RequestExt`] gave its parameters and contexts.
impl From<Request> for Call {
    fn from(request: Request) -> Self {
        Self::new(request, None)
    }
}

// Headers, query, body and caller must not get into a log.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("request_id", &self.request_id())
            .field("route", &self.route())
            .finish_non_exhaustive()
    }
}
