//! Serving a function that no route leads to: an authorizer, an operator's command, a consumer of events.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::failure::INTERNAL_MESSAGE;
use crate::log::Line;
use crate::runtime::{self, Handler, InitError, Timer, Warmth};
use crate::{Service, error_chain, timestamp};

const INTERNAL: &str = "InternalError";

/// A function from one event to one answer.
pub trait Function: Sized + 'static {
    /// What it is invoked with.
    type Event: DeserializeOwned;
    /// What it answers.
    type Response: Serialize;

    /// As [`crate::Endpoint::init`].
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// How many parts of the event an answer names as failed (a partial batch response): the metric `EventsFailed`. To
    /// Lambda's own metric `Errors` such an invocation is a success.
    fn failures(_answer: &Self::Response) -> usize {
        0
    }

    /// Handles one event.
    fn call(
        &self,
        event: Self::Event,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Response, FunctionError>>;
}

/// An invocation that failed: what its caller reads (`errorType`, `errorMessage`), and what only the log does.
#[derive(Debug)]
pub struct FunctionError {
    kind: &'static str,
    message: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl FunctionError {
    /// A refusal, with the type and the message its caller reads. Any other error becomes one by `?` that says
    /// nothing to the caller and everything to the log.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), cause: None }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for FunctionError {
    fn from(error: E) -> Self {
        Self { kind: INTERNAL, message: INTERNAL_MESSAGE.to_owned(), cause: Some(Box::new(error)) }
    }
}

/// Serves a function until Lambda ends the process. A panic in it fails that one invocation.
pub fn serve_function<F: Function>(service: Service) -> ExitCode {
    runtime::run(async move {
        let function = Rc::new(F::init().await?);
        let warmth = Rc::new(Warmth::default());
        let handler: Handler = Box::new(move |event, context| {
            let (function, warmth) = (Rc::clone(&function), Rc::clone(&warmth));
            Box::pin(async move {
                let timer = warmth.start();
                let outcome = runtime::caught(invoke(function.as_ref(), &event, &context)).await;
                let (answer, line) = finish(service, &context, &timer, outcome);
                line.write(&context);
                answer
            })
        });
        Ok(handler)
    })
}

/// What became of an event.
pub(crate) struct Answered {
    json: Box<RawValue>,
    failures: usize,
}

pub(crate) async fn invoke<F: Function>(
    function: &F,
    event: &RawValue,
    context: &Context,
) -> Result<Answered, FunctionError> {
    let event = serde_json::from_str(event.get())
        .map_err(|error| FunctionError::new("InvalidEvent", format!("the event was not understood: {error}")))?;
    let answer = function.call(event, context).await?;
    Ok(Answered { json: to_raw_value(&answer)?, failures: F::failures(&answer) })
}

/// What the caller reads, and the line to log.
pub(crate) fn finish(
    service: Service,
    context: &Context,
    timer: &Timer,
    outcome: Result<Answered, FunctionError>,
) -> (Result<Box<RawValue>, Diagnostic>, Line) {
    let failed = outcome.as_ref().err();
    let line = Line {
        timestamp: timestamp::now(),
        level: if failed.is_some_and(|error| error.kind == INTERNAL) { "ERROR" } else { "INFO" },
        message: "invocation",
        request_id: context.request_id.clone(),
        service: service.name,
        route: None,
        status: None,
        code: failed.map(|error| error.kind),
        cause: failed.and_then(|error| error.cause.as_ref()).map(|cause| error_chain(cause.as_ref())),
        duration: timer.milliseconds(),
        cold_start: timer.is_cold(),
        metrics: vec!["EventsFailed"; outcome.as_ref().map_or(0, |answered| answered.failures)],
    };
    let told = |error: FunctionError| Diagnostic { error_type: error.kind.to_owned(), error_message: error.message };
    (outcome.map(|answered| answered.json).map_err(told), line)
}
