//! Serving one HTTP endpoint as a Lambda function.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use identity::{Key, KeyRing, WeakKey};
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::{RawValue, to_raw_value};

use crate::answer::answer;
use crate::cors::Cors;
use crate::event::Event;
use crate::log::Line;
use crate::runtime::{self, Handler, InitError, Warmth};
use crate::{Call, Failure, Reply};

/// The service an endpoint belongs to, as its answers' `X-Service` and `X-Version` name it.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// `user-service`
    pub name: &'static str,
    /// `CARGO_PKG_VERSION`
    pub version: &'static str,
}

/// One endpoint: what it holds on to between calls, and what it answers.
pub trait Endpoint: Sized + 'static {
    /// Makes clients, reads settings, opens connections: once, while Lambda still gives a full CPU.
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// Answers one request.
    fn call(&self, call: &Call) -> impl Future<Output = Result<Reply, Failure>>;
}

/// Serves an endpoint until Lambda ends the process. A panic in it is a 500 without detail.
pub fn serve<E: Endpoint>(service: Service) -> ExitCode {
    runtime::run(async move {
        let endpoint = Box::new(E::init().await?);
        Ok(handler(Server::new(service, Cors::from_env(), own_keys()?, endpoint)))
    })
}

fn handler(server: Server) -> Handler {
    let server = Rc::new(server);
    Box::new(move |event, context| {
        let server = Rc::clone(&server);
        Box::pin(async move {
            let (answer, line) = server.respond(&event, &context).await?;
            line.write(&context);
            Ok(answer)
        })
    })
}

/// An endpoint with its type forgotten, so that all around it is compiled once and not once for each.
pub(crate) trait Answering {
    fn answer<'a>(&'a self, call: &'a Call) -> LocalBoxFuture<'a, Result<Reply, Failure>>;
}

impl<E: Endpoint> Answering for E {
    fn answer<'a>(&'a self, call: &'a Call) -> LocalBoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move { self.call(call).await })
    }
}

/// An endpoint with what every call of the process shares.
pub(crate) struct Server {
    service: Service,
    cors: Cors,
    keys: Option<Rc<KeyRing>>,
    warmth: Warmth,
    endpoint: Box<dyn Answering>,
}

impl Server {
    pub(crate) fn new(service: Service, cors: Cors, keys: Option<KeyRing>, endpoint: Box<dyn Answering>) -> Self {
        Self { service, cors, keys: keys.map(Rc::new), warmth: Warmth::default(), endpoint }
    }

    /// From a gateway's event to the answer it passes on, and the line to log.
    ///
    /// # Errors
    /// [`Diagnostic`] if no gateway made the event.
    pub(crate) async fn respond(
        &self,
        event: &RawValue,
        context: &Context,
    ) -> Result<(Box<RawValue>, Line), Diagnostic> {
        let timer = self.warmth.start();
        let event: Event = serde_json::from_str(event.get()).map_err(invalid_event)?;
        let call = Call::read(event, context, self.keys.clone());
        let outcome = runtime::caught(self.endpoint.answer(&call)).await;
        let (answer, line) = answer(self.service, &self.cors, &call, outcome, &timer);
        Ok((to_raw_value(&answer).map_err(invalid_event)?, line))
    }
}

fn invalid_event(error: serde_json::Error) -> Diagnostic {
    // Not serde's own message, which may quote what a client sent.
    tracing::error!(line = error.line(), column = error.column(), "not an API Gateway event");
    Diagnostic { error_type: "InvalidEvent".to_owned(), error_message: "not an API Gateway event".to_owned() }
}

/// `JWT_SECRET` and `JWT_SECRET_VERSION` are there to be set together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OwnKeyError {
    #[error("JWT_SECRET is set but not JWT_SECRET_VERSION, the `kid` of the tokens it signs")]
    NoId,
    #[error("JWT_SECRET is not usable")]
    Weak(#[from] WeakKey),
}

/// The key a process verifies tokens with itself, where no gateway does (`cargo lambda watch`): the deployed
/// template gives a protected function none.
fn own_keys() -> Result<Option<KeyRing>, OwnKeyError> {
    key_ring(std::env::var("JWT_SECRET").ok(), std::env::var("JWT_SECRET_VERSION").ok())
}

pub(crate) fn key_ring(secret: Option<String>, id: Option<String>) -> Result<Option<KeyRing>, OwnKeyError> {
    let Some(secret) = secret else { return Ok(None) };
    let id = id.ok_or(OwnKeyError::NoId)?;
    Ok(Some(KeyRing::new(Key::new(id, secret.into_bytes())?, None)))
}
