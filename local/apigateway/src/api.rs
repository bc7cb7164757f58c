//! The API: what happens to a request, in order.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use local_lambda::{Invoke, InvokeError};
use local_stories::{Kind, Outcome, Recorder, Span, StoryKind};

use crate::authorizer::{Authorizer, Refusal};
use crate::context::{Context, Stage};
use crate::cors::Preflight;
use crate::event::{Body, Event};
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::gateway_response::GatewayResponses;
use crate::invocation::{self, Report};
use crate::media_type::{self, BinaryMediaTypes};
use crate::routes::{Destination, Found, Routes, Target};
use crate::throttle::Throttles;
use crate::{Cause, Error, Failure, method, query, reply, request_headers};

/// The longest body of a request, in bytes ("Quotas for configuring and running a REST API": 10 MB).
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The longest request line and header values together, in bytes (the same page).
const HEAD_LIMIT: usize = 10_240;

/// The REST API of a template.
#[derive(Debug)]
pub struct RestApi {
    invoke: Invoker,
    stage: Stage,
    routes: Routes,
    binary: BinaryMediaTypes,
    responses: GatewayResponses,
    throttles: Throttles,
    stories: Recorder,
}

/// Why a listener could not read a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than [`BODY_LIMIT`].
    TooLong,
    /// It ended early, or its encoding is broken.
    Broken,
}

struct Invoker(Arc<dyn Invoke>);

impl std::fmt::Debug for Invoker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Invoke")
    }
}

/// The route and function of a request, once they are known.
#[derive(Default)]
struct Trail {
    route: Option<Arc<str>>,
    function: Option<Arc<str>>,
}

impl RestApi {
    /// The API of a system, in front of its functions.
    ///
    /// # Errors
    /// The template has no API, or API Gateway would not deploy it.
    pub fn new(system: &local_template::System, invoke: Arc<dyn Invoke>) -> Result<Self, Error> {
        let api = system.api.as_ref().ok_or(Error::NoApi)?;
        let known = |location: String, function: &str| match system.functions.contains_key(function) {
            true => Ok(()),
            false => Err(Error::UnknownFunction { location, function: function.to_owned() }),
        };
        let mut authorizers = BTreeMap::new();
        for (name, described) in &api.authorizers {
            known(format!("authorizer {name}"), &described.function)?;
            authorizers.insert(name.as_str(), Arc::new(Authorizer::new(name, described)?));
        }
        let mut routes = Routes::default();
        for route in &api.routes {
            known(format!("{} {}", route.method, route.path), &route.function)?;
            let authorizer = route.authorizer.as_deref().map(|name| {
                let unknown = || Error::UnknownAuthorizer { path: route.path.clone(), authorizer: name.to_owned() };
                authorizers.get(name).cloned().ok_or_else(unknown)
            });
            let (function, timeout) = (route.function.as_str().into(), route.timeout);
            routes.add(
                &route.path,
                &route.method,
                Target { function, authorizer: authorizer.transpose()?, timeout },
            )?;
        }
        if let Some(cors) = &api.cors {
            for resource in routes.resources_mut().filter(|resource| !resource.methods().any(|of| of == "OPTIONS")) {
                resource.preflight = Some(Preflight::new(cors, resource.methods())?);
            }
        }
        let throttles = Throttles::new(&api.throttling, &routes, Instant::now())?;
        Ok(Self {
            invoke: Invoker(invoke),
            stage: Stage { api_id: api.id.clone(), name: api.stage.clone(), region: system.region.clone() },
            routes,
            binary: BinaryMediaTypes::new(&api.binary_media_types),
            responses: GatewayResponses::new(&api.gateway_responses)?,
            throttles,
            stories: Recorder::default(),
        })
    }

    /// The same API, which records the story of each request.
    #[must_use]
    pub fn with_stories(self, stories: Recorder) -> Self {
        Self { stories, ..self }
    }

    /// Handles a request. `peer` is the client's address, which functions see as `sourceIp`.
    ///
    /// Dropping the future (the client hung up) does not stop a function that was called.
    pub async fn handle(&self, request: Request<Bytes>, peer: SocketAddr) -> Exchange {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let mut context = Context::new(&self.stage, &head, method::of_request(&head), peer);
        let mut trail = Trail::default();
        let title = || format!("{} {}", context.http_method, head.uri.path());
        let call = self.stories.begin(StoryKind::Api, &context.request_id, title);
        let entry = call.span().child(Kind::Api, head.uri.path());
        let span = entry.span();
        span.known_as(&context.extended_request_id);
        if let Some(id) = head.headers.get("x-request-id").and_then(|id| id.to_str().ok()) {
            span.called(id);
        }
        span.request(&body);
        let outcome = self.serve(&head, &body, &mut context, &mut trail, span).await;
        let exchange = self.finish(&head, context, trail, outcome, started);
        let has_failed = exchange.response.status().is_server_error();
        exchange.note(span);
        entry.finish(if has_failed { Outcome::Error } else { Outcome::Ok });
        call.finish(Some(exchange.response.status().as_u16()), has_failed);
        exchange
    }

    /// Refuses a request whose body could not be read.
    pub fn refuse(&self, head: &Parts, peer: SocketAddr, why: Unread) -> Exchange {
        let started = Instant::now();
        let context = Context::new(&self.stage, head, method::of_request(head), peer);
        let fault = match why {
            Unread::TooLong => Fault::BodyTooLarge,
            Unread::Broken => Fault::UnreadableBody,
        };
        self.finish(head, context, Trail::default(), Err(fault.into()), started)
    }

    async fn serve<'a>(
        &'a self,
        head: &'a Parts,
        body: &Bytes,
        context: &mut Context<'a>,
        trail: &mut Trail,
        span: &Span,
    ) -> Result<Response<Bytes>, Refusal> {
        let path = head.uri.path();
        if request_headers::head_length(head) > HEAD_LIMIT {
            return Err(Fault::HeadTooLarge.into());
        }
        if body.len() > BODY_LIMIT {
            return Err(Fault::BodyTooLarge.into());
        }
        query::check_path(path).map_err(|_| Fault::BadRequest)?;
        let query = query::parse(head.uri.query().unwrap_or_default()).map_err(|_| Fault::BadRequest)?;

        let found = self.routes.find(path).ok_or_else(|| no_route(head))?;
        let resource = found.resource;
        let destination = resource.destination(&context.http_method).ok_or_else(|| no_route(head))?;
        context.resource_id = Some(&resource.id);
        context.resource_path = Some(&resource.path);
        trail.route = Some(Arc::clone(&resource.path));
        let method = match destination {
            Destination::Preflight(_) => "OPTIONS",
            Destination::Function(method, _) => method,
        };
        if !self.throttles.admit(&resource.path, method, Instant::now()) {
            return Err(Fault::Throttled.into());
        }
        let target = match destination {
            Destination::Preflight(preflight) => return Ok(preflight.response()),
            Destination::Function(_, target) => target,
        };
        trail.function = Some(Arc::clone(&target.function));
        if let Some(authorizer) = &target.authorizer {
            let method_arn = self.stage.method_arn(&context.http_method, path);
            let said = authorizer.authorize(&self.invoke.0, &head.headers, &method_arn, span).await?;
            let allowed = said.allows(&method_arn);
            context.authorizer = Some(said);
            allowed?;
        }
        self.integrate(head, body, &found, &query, context, target, span).await
    }

    /// Calls the function of a route.
    #[expect(clippy::too_many_arguments, reason = "the parts of one request, which it borrows")]
    async fn integrate(
        &self,
        head: &Parts,
        body: &Bytes,
        found: &Found<'_, '_>,
        query: &query::Parameters<'_>,
        context: &Context<'_>,
        target: &Target,
        span: &Span,
    ) -> Result<Response<Bytes>, Refusal> {
        let failed =
            |fault, cause| Refusal { fault, failure: Some(Failure { function: target.function.to_string(), cause }) };
        let trace_id = request_headers::trace_id(&head.headers);
        if let Some(root) = trace_id.split(';').find_map(|part| part.strip_prefix("Root=")) {
            span.called(root);
        }
        let headers = request_headers::for_function(&head.headers, context.source_ip(), &trace_id);
        let path = format!("/{}", head.uri.path().trim_start_matches('/'));
        let body = Body::new(body, &head.headers, &self.binary);
        let event = Event { found, path: &path, headers: &headers, query, context, body };
        let payload = event
            .to_json()
            .map_err(|error| failed(Fault::ApiMisconfigured, Cause::Malformed(format!("the event: {error}"))))?;
        let called = invocation::call(&self.invoke.0, &target.function, payload.into(), target.timeout, span).await;
        let invocation = called.map_err(|cause| failed(fault_of(&cause), cause))?;
        if let Some(kind) = invocation.function_error {
            return Err(failed(Fault::BadIntegration, Report::read(&invocation.payload).cause(kind)));
        }
        let decode = self.binary.include(media_type::accepted(&head.headers));
        let mut response = reply::read(&invocation.payload, decode).map_err(|(fault, cause)| failed(fault, cause))?;
        if let Ok(value) = HeaderValue::from_str(&trace_id) {
            response.headers_mut().insert(request_headers::TRACE_ID, value);
        }
        Ok(response)
    }

    fn finish(
        &self,
        head: &Parts,
        context: Context<'_>,
        trail: Trail,
        outcome: Result<Response<Bytes>, Refusal>,
        started: Instant,
    ) -> Exchange {
        let (mut response, gateway_response, failure) = match outcome {
            Ok(response) => (response, None, None),
            Err(Refusal { fault, failure }) => {
                (self.responses.response(fault, &context, &head.headers), Some(fault.response_type()), failure)
            }
        };
        for (name, value) in
            [("x-amzn-requestid", &context.request_id), ("x-amz-apigw-id", &context.extended_request_id)]
        {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        }
        Exchange {
            response,
            request_id: context.request_id,
            method: context.http_method,
            path: head.uri.path().to_owned(),
            route: trail.route,
            function: trail.function,
            duration: started.elapsed(),
            gateway_response,
            failure,
        }
    }
}

/// A request that no route matches. If it has an `Authorization` header, API Gateway takes it for one signed with AWS
/// credentials and complains about the signature instead.
fn no_route(head: &Parts) -> Fault {
    let mut credentials = head.headers.get_all(http::header::AUTHORIZATION).iter();
    match credentials.any(|value| !value.is_empty()) {
        true => Fault::NoRouteButAuthorization,
        false => Fault::NoRoute,
    }
}

fn fault_of(cause: &Cause) -> Fault {
    match cause {
        Cause::TimedOut(_) => Fault::IntegrationTimeout,
        Cause::NotInvoked(InvokeError::Throttled(_)) => Fault::IntegrationThrottled,
        Cause::NotInvoked(InvokeError::NotFound(_)) => Fault::ApiMisconfigured,
        Cause::NotInvoked(InvokeError::Unavailable(_) | InvokeError::Unreachable(_)) => Fault::IntegrationUnavailable,
        Cause::Failed { .. } | Cause::Malformed(_) => Fault::BadIntegration,
    }
}

#[cfg(test)]
mod tests;
