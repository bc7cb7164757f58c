//! Serving one HTTP endpoint as a Lambda function.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use identity::{Key, KeyRing};
use lambda_http::request::{LambdaRequest, RequestOrigin};
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::{RawValue, to_raw_value};

use crate::answer::Answer;
use crate::runtime::{self, Handler, InitError};
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
        let endpoint = Rc::new(E::init().await?);
        let keys = own_keys()?;
        Ok(handler(service, keys, move |call| {
            let endpoint = Rc::clone(&endpoint);
            Box::pin(async move {
                let outcome = runtime::caught(endpoint.call(&call)).await;
                Answer::new(service, &call, outcome)
            })
        }))
    })
}

type Answering = Box<dyn Fn(Call) -> futures_util::future::LocalBoxFuture<'static, Answer>>;

fn handler(
    service: Service,
    keys: Option<KeyRing>,
    answer: impl Fn(Call) -> futures_util::future::LocalBoxFuture<'static, Answer> + 'static,
) -> Handler {
    handler_of(service, keys, Box::new(answer))
}

/// Everything about a request that does not depend on the endpoint's type, so that it is compiled once.
fn handler_of(service: Service, keys: Option<KeyRing>, answer: Answering) -> Handler {
    let answer = Rc::new(answer);
    let keys = Rc::new(keys);
    Box::new(move |event: Box<RawValue>, context: Context| {
        let (answer, keys) = (Rc::clone(&answer), Rc::clone(&keys));
        Box::pin(async move { respond(service, keys.as_ref().as_ref(), answer.as_ref(), &event, &context).await })
    })
}

async fn respond(
    service: Service,
    keys: Option<&KeyRing>,
    answer: &Answering,
    event: &RawValue,
    context: &Context,
) -> Result<Box<RawValue>, Diagnostic> {
    let timer = runtime::Timer::start();
    let request: LambdaRequest = serde_json::from_str(event.get()).map_err(runtime::diagnostic)?;
    let origin = request.request_origin();
    let answer = match Call::read(request, context, keys) {
        Ok(call) => answer(call).await,
        Err(failure) => Answer::without_call(service, &context.request_id, failure),
    };
    let response = answer.finish(&timer);
    let response = match origin {
        RequestOrigin::ApiGatewayV2 => to_raw_value(&response.for_http_api()),
        _ => to_raw_value(&response),
    };
    response.map_err(runtime::diagnostic)
}

/// The key a process verifies tokens with itself, where no gateway does (`cargo lambda watch`): the deployed
/// template gives a protected function none.
fn own_keys() -> Result<Option<KeyRing>, InitError> {
    let (Ok(id), Ok(secret)) = (std::env::var("JWT_KEY_ID"), std::env::var("JWT_KEY")) else { return Ok(None) };
    Ok(Some(KeyRing::new(Key::new(id, secret.into_bytes())?, None)))
}
