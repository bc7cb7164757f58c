//! Tower layers around an endpoint.

mod response;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::process::ExitCode;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use lambda_http::tower::{self, Layer};
use lambda_http::{Body, Context, Request, RequestExt};
use lambda_runtime::Diagnostic;
use serde_json::value::RawValue;

use crate::endpoint::{Server, invalid_event, not_json, write};
use crate::runtime::{self, Handler};
use crate::{Endpoint, Failure, Service, event};

/// An endpoint as a [`tower::Service`] from [`lambda_http::Request`] to [`http::Response`], which is what layers wrap.
///
/// It answers everything in the envelope, errors and panics too, and writes the log line.
#[derive(Clone)]
pub struct EndpointService {
    server: Rc<Server>,
}

impl tower::Service<Request> for EndpointService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let server = Rc::clone(&self.server);
        Box::pin(async move {
            let timer = server.warmth.start();
            let call = server.call(request);
            let (response, line) = server.respond(&call, &timer).await;
            write(&line, &call);
            Ok(response.into_http())
        })
    }
}

/// Serves an endpoint inside a tower layer, or a stack of them, until Lambda ends the process.
///
/// Layers see each request before the endpoint does, and each response before the gateway does: they may add
/// extensions and headers, measure, or answer by themselves. A [`Failure`] or a panic of a layer becomes an answer in
/// the envelope.
///
/// A layer whose error is not one (`tower::timeout` has a boxed one) goes inside a
/// [`MapErrLayer`](tower::util::MapErrLayer) that makes it a [`Failure`].
///
/// ```no_run
/// use envelope::lambda_http::Request;
/// use envelope::lambda_http::tower::util::MapRequestLayer;
/// use envelope::{Call, Endpoint, Failure, InitError, Reply, Service, serve_layered};
///
/// #[derive(Clone)]
/// struct Shop(&'static str);
///
/// struct Greet;
///
/// impl Endpoint for Greet {
///     async fn init() -> Result<Self, InitError> { Ok(Self) }
///
///     async fn call(&self, call: &Call) -> Result<Reply, Failure> {
///         let shop = call.request().extensions().get::<Shop>();
///         Reply::ok("Greeting made", shop.map(|Shop(name)| format!("Welcome to {name}")))
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     let name_shop = MapRequestLayer::new(|mut request: Request| {
///         request.extensions_mut().insert(Shop("Lamps & Co"));
///         request
///     });
///     serve_layered::<Greet, _>(Service { name: "greeting-service", version: env!("CARGO_PKG_VERSION") }, name_shop)
/// }
/// ```
pub fn serve_layered<E, L>(service: Service, layer: L) -> ExitCode
where
    E: Endpoint,
    L: Layer<EndpointService>,
    L::Service: tower::Service<Request, Response = http::Response<Body>> + 'static,
    <L::Service as tower::Service<Request>>::Error: Into<Failure>,
{
    runtime::run(async move { Ok(handler(Layered::new(Server::start::<E>(service).await?, &layer))) })
}

fn handler<S>(layered: Layered<S>) -> Handler
where
    S: tower::Service<Request, Response = http::Response<Body>> + 'static,
    S::Error: Into<Failure>,
{
    let layered = Rc::new(layered);
    Box::new(move |event, context| {
        let layered = Rc::clone(&layered);
        Box::pin(async move { layered.handle(&event, context).await })
    })
}

/// An endpoint with layers around it.
pub(crate) struct Layered<S> {
    server: Rc<Server>,
    outermost: RefCell<S>,
}

impl<S> Layered<S>
where
    S: tower::Service<Request, Response = http::Response<Body>>,
    S::Error: Into<Failure>,
{
    pub(crate) fn new(server: Server, layer: &impl Layer<EndpointService, Service = S>) -> Self {
        let server = Rc::new(server);
        let outermost = layer.layer(EndpointService { server: Rc::clone(&server) });
        Self { server, outermost: RefCell::new(outermost) }
    }

    /// From a gateway's event to the response for it.
    ///
    /// # Errors
    /// [`Diagnostic`] if no gateway sent the event.
    pub(crate) async fn handle(&self, event: &RawValue, context: Context) -> Result<Box<RawValue>, Diagnostic> {
        let started = Instant::now();
        let request = event::read(event, context).map_err(invalid_event)?;
        let head = self.server.call(without_body(&request));
        let outcome = runtime::caught(self.call(request)).await;
        let answered = match outcome {
            Ok(response) => response::into_gateway(response, head.is_http_api()),
            Err(failure) => {
                let (response, line) =
                    self.server.conclude(&head, Err(failure), &self.server.warmth.started_at(started));
                write(&line, &head);
                response.into_gateway(head.is_http_api())
            }
        };
        answered.map_err(not_json)
    }

    async fn call(&self, request: Request) -> Result<http::Response<Body>, Failure> {
        poll_fn(|task| self.outermost.borrow_mut().poll_ready(task)).await.map_err(Into::into)?;
        let response = self.outermost.borrow_mut().call(request);
        response.map(|outcome| outcome.map_err(Into::into)).await
    }
}

/// The request without its body: what an answer needs of it, kept in case a layer drops the request and fails.
fn without_body(request: &Request) -> Request {
    let mut head = Request::new(Body::Empty);
    head.method_mut().clone_from(request.method());
    head.headers_mut().clone_from(request.headers());
    head.extensions_mut().clone_from(request.extensions());
    head.with_raw_http_path(request.raw_http_path())
}
