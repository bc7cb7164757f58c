//! What all kinds of function share: starting, the event loop, catching panics, timing an invocation.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;

use crate::{deadline, error_chain, log, process};

/// Why a function could not start. The log has it, and the process ends.
pub type InitError = Box<dyn Error + Send + Sync>;

/// A function from one event to one answer, both JSON.
///
/// Neither endpoint types nor event types appear here, so the runtime's generic machinery is compiled once for
/// a whole service rather than once a binary.
pub(crate) type Handler =
    Box<dyn Fn(Box<RawValue>, Context) -> LocalBoxFuture<'static, Result<Box<RawValue>, Diagnostic>>>;

/// Initialises a function, then serves it until Lambda ends the process.
pub(crate) fn run(init: impl Future<Output = Result<Handler, InitError>>) -> ExitCode {
    process::started();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse_to_start(&error),
    };
    log::init();
    log_panics();
    match runtime.block_on(init) {
        Ok(handler) => {
            process::initialised();
            runtime.block_on(serve(handler))
        }
        Err(error) => refuse_to_start(error.as_ref()),
    }
}

async fn serve(handler: Handler) -> ExitCode {
    let handler = Rc::new(handler);
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let handler = Rc::clone(&handler);
        async move { handler(event.payload, deadline::with_time(event.context, SystemTime::now())).await }
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse_to_start(error.as_ref()),
    }
}

fn refuse_to_start(error: &(dyn Error + 'static)) -> ExitCode {
    tracing::error!(cause = error_chain(error), "function stopped");
    ExitCode::FAILURE
}

/// What a handler panicked with.
#[derive(Debug, thiserror::Error)]
#[error("panic: {0}")]
pub(crate) struct Panicked(String);

/// Runs a handler's future; a panic in it becomes an error like any other unexpected one.
pub(crate) async fn caught<T, E: From<Panicked>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    AssertUnwindSafe(future).catch_unwind().await.unwrap_or_else(|payload| Err(Panicked(panic_text(&*payload)).into()))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(no message)").to_owned()
}

/// Whether this process has been invoked before.
#[derive(Default)]
pub(crate) struct Warmth(Cell<bool>);

impl Warmth {
    /// Starts timing an invocation.
    pub(crate) fn start(&self) -> Timer {
        self.started_at(Instant::now())
    }

    /// The timer of an invocation that started at this moment.
    pub(crate) fn started_at(&self, started: Instant) -> Timer {
        Timer { started, cold: !self.0.replace(true) }
    }
}

/// How long an invocation has taken, and whether it is the first of its process.
pub(crate) struct Timer {
    started: Instant,
    cold: bool,
}

impl Timer {
    pub(crate) fn milliseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn is_cold(&self) -> bool {
        self.cold
    }
}

/// Sends panics to the log as one JSON line instead of text over several.
fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", info.payload_as_str().unwrap_or("(no message)"));
    }));
}
