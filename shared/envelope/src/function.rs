//! Functions without a route: an authorizer, a consumer of events, a schedule, an operator's command.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::emf::EVENTS_FAILED;
use crate::error_chain::misread;
use crate::failure::INTERNAL_MESSAGE;
use crate::log::Line;
use crate::runtime::{self, Handler, InitError, Timer, Warmth};
use crate::{Caller, Service, error_chain, timestamp};

const INTERNAL: &str = "InternalError";

/// A function without a route.
pub trait Function: Sized + 'static {
    /// The event that invokes it.
    type Event: DeserializeOwned;
    /// What it returns.
    type Response: Serialize;

    /// As [`crate::Endpoint::init`].
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// How many records of a batch the response reports as failed, for the metric `EventsFailed`. Lambda's own metric
    /// `Errors` counts an invocation with a partial batch response as a success.
    fn failures(_response: &Self::Response) -> usize {
        0
    }

    /// Members of the log line that say what the invocation changed, for whoever has to know later. They hold no password, token
    /// or email address.
    fn audit(_response: &Self::Response, _context: &Context) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Handles one event.
    fn call(
        &self,
        event: Self::Event,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Response, FunctionError>>;
}

/// A failed invocation: what its caller reads (`errorType`, `errorMessage`), and the cause, which only the log shows.
#[derive(Debug)]
pub struct FunctionError {
    kind: &'static str,
    message: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl FunctionError {
    /// An error that the caller is told, with its type and message. Any other error becomes one by `?`, which tells the
    /// caller nothing and the log its cause.
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

/// The response to an event.
pub(crate) struct Invoked {
    json: Box<RawValue>,
    failures: usize,
    audit: Vec<(&'static str, String)>,
}

pub(crate) async fn invoke<F: Function>(
    function: &F,
    event: &RawValue,
    context: &Context,
) -> Result<Invoked, FunctionError> {
    let event = serde_json::from_str(event.get()).map_err(|error| {
        // Lambda's runtime logs the message.
        FunctionError::new("InvalidEvent", format!("the event was not understood: {}", misread(&error)))
    })?;
    let response = function.call(event, context).await?;
    Ok(Invoked {
        json: to_raw_value(&response)?,
        failures: F::failures(&response),
        audit: F::audit(&response, context),
    })
}

/// What the caller reads, and the log line.
pub(crate) fn finish(
    service: Service,
    context: &Context,
    timer: &Timer,
    outcome: Result<Invoked, FunctionError>,
) -> (Result<Box<RawValue>, Diagnostic>, Line) {
    let failed = outcome.as_ref().err();
    let line = Line {
        timestamp: timestamp::now(),
        level: if failed.is_some_and(|error| error.kind == INTERNAL) { "ERROR" } else { "INFO" },
        message: "invocation",
        request_id: context.request_id.clone(),
        caller: Caller::default(),
        service: service.name,
        route: None,
        status: None,
        code: failed.map(|error| error.kind),
        cause: failed.and_then(|error| error.cause.as_ref()).map(|cause| error_chain(cause.as_ref())),
        duration: timer.milliseconds(),
        cold_start: timer.is_cold(),
        audit: outcome.as_ref().map(|invoked| invoked.audit.clone()).unwrap_or_default(),
        metrics: match &outcome {
            Ok(invoked) => vec![EVENTS_FAILED; invoked.failures],
            Err(_) => Vec::new(),
        },
    };
    let diagnostic =
        |error: FunctionError| Diagnostic { error_type: error.kind.to_owned(), error_message: error.message };
    (outcome.map(|invoked| invoked.json).map_err(diagnostic), line)
}
