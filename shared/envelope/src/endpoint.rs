//! Serves one HTTP endpoint as a Lambda function.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use lambda_http::{Context, Request};
use lambda_runtime::Diagnostic;
use serde_json::value::RawValue;

use crate::cors::Cors;
use crate::log::Line;
use crate::own_keys::OwnKeys;
use crate::process::Process;
use crate::response::{Response, response};
use crate::runtime::{self, Handler, InitError, Timer, Warmth};
use crate::{Caching, Call, Failure, Reply, event};

/// The service that an endpoint belongs to, for the headers `X-Service` and `X-Version`.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// `user-service`
    pub name: &'static str,
    /// `CARGO_PKG_VERSION`
    pub version: &'static str,
}

/// One endpoint: its clients and settings, which it keeps between requests, and its response to each.
pub trait Endpoint: Sized + 'static {
    /// Who may store the answers.
    const CACHING: Caching = Caching::Never;

    /// Makes clients, reads settings, opens connections: once per process, in the init phase, which has a full CPU.
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// Answers one request.
    fn call(&self, call: &Call) -> impl Future<Output = Result<Reply, Failure>>;
}

/// Serves an endpoint until Lambda ends the process. A panic in it is a 500 without detail.
pub fn serve<E: Endpoint>(service: Service) -> ExitCode {
    runtime::run(async move { Ok(handler(Server::start::<E>(service).await?)) })
}

fn handler(server: Server) -> Handler {
    let server = Rc::new(server);
    Box::new(move |event, context| {
        let server = Rc::clone(&server);
        Box::pin(async move {
            let timer = server.warmth.start();
            let call = server.read(&event, context)?;
            let (response, line) = server.respond(&call, &timer).await;
            write(&line, &call);
            response.into_gateway(call.is_http_api()).map_err(not_json)
        })
    })
}

/// Writes the log line of a call.
pub(crate) fn write(line: &Line, call: &Call) {
    let unknown;
    let context = match call.context() {
        Some(context) => context,
        None => {
            unknown = Context::default();
            &unknown
        }
    };
    if cfg!(test) {
        // The test harness captures what is printed, and not what is written to standard output.
        print!("{}", line.to_json(context, None, Process::default()));
    } else {
        line.write(context);
    }
}

/// An endpoint as a trait object, so that the code around it is compiled once for a service and not once an endpoint.
pub(crate) trait DynEndpoint {
    fn call<'a>(&'a self, call: &'a Call) -> LocalBoxFuture<'a, Result<Reply, Failure>>;
}

impl<E: Endpoint> DynEndpoint for E {
    fn call<'a>(&'a self, call: &'a Call) -> LocalBoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move { Endpoint::call(self, call).await })
    }
}

/// An endpoint and what every call of its process shares.
pub(crate) struct Server {
    service: Service,
    cors: Cors,
    keys: Option<Rc<OwnKeys>>,
    pub(crate) caching: Caching,
    pub(crate) warmth: Warmth,
    endpoint: Box<dyn DynEndpoint>,
}

impl Server {
    /// Makes the endpoint, and reads the settings from the function's environment.
    pub(crate) async fn start<E: Endpoint>(service: Service) -> Result<Self, InitError> {
        let endpoint = Box::new(E::init().await?);
        Ok(Self { caching: E::CACHING, ..Self::new(service, Cors::from_env(), OwnKeys::from_env()?, endpoint) })
    }

    pub(crate) fn new(service: Service, cors: Cors, keys: Option<OwnKeys>, endpoint: Box<dyn DynEndpoint>) -> Self {
        Self { service, cors, keys: keys.map(Rc::new), caching: Caching::Never, warmth: Warmth::default(), endpoint }
    }

    /// Reads a gateway's event.
    ///
    /// # Errors
    /// [`Diagnostic`] if no gateway sent it.
    pub(crate) fn read(&self, event: &RawValue, context: Context) -> Result<Call, Diagnostic> {
        Ok(self.call(event::read(event, context).map_err(invalid_event)?))
    }

    /// A call of this request, with the keys of this process.
    pub(crate) fn call(&self, request: Request) -> Call {
        Call::new(request, self.keys.clone())
    }

    /// Calls the endpoint; gives the response and the log line of its outcome.
    pub(crate) async fn respond(&self, call: &Call, timer: &Timer) -> (Response, Line) {
        if let Some(keys) = &self.keys {
            keys.learn(call).await;
        }
        let outcome = runtime::caught(self.endpoint.call(call)).await;
        self.conclude(call, outcome, timer)
    }

    /// The response and the log line of an outcome.
    pub(crate) fn conclude(&self, call: &Call, outcome: Result<Reply, Failure>, timer: &Timer) -> (Response, Line) {
        response(self.service, &self.cors, self.caching, call, outcome, timer)
    }
}

pub(crate) fn invalid_event(error: serde_json::Error) -> Diagnostic {
    // Not serde's own message, which may quote what a client sent.
    tracing::error!(line = error.line(), column = error.column(), "not an API Gateway event");
    Diagnostic { error_type: "InvalidEvent".to_owned(), error_message: "not an API Gateway event".to_owned() }
}

/// An answer that is not JSON, which would be a bug of `serde_json`.
pub(crate) fn not_json(error: serde_json::Error) -> Diagnostic {
    Diagnostic { error_type: "InternalError".to_owned(), error_message: error.to_string() }
}
