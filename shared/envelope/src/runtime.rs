//! What every function does around its handler: the runtime, one log line an invocation, panics caught.

use std::any::Any;
use std::error::Error;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;

use crate::{Failure, log};

/// Why a function could not start. It is written to the log and ends the process.
pub type InitError = Box<dyn Error + Send + Sync>;

/// A function from one event to one answer, both JSON.
///
/// Neither endpoint types nor event types appear here, so the runtime's generic machinery is compiled once for
/// a whole service rather than once a binary.
pub(crate) type Handler =
    Box<dyn Fn(Box<RawValue>, Context) -> LocalBoxFuture<'static, Result<Box<RawValue>, Diagnostic>>>;

/// Initialises a function, then serves it until Lambda ends the process.
pub(crate) fn run(init: impl Future<Output = Result<Handler, InitError>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse_to_start(&error),
    };
    log::init();
    match runtime.block_on(init) {
        Ok(handler) => runtime.block_on(serve(handler)),
        Err(error) => refuse_to_start(error.as_ref()),
    }
}

async fn serve(handler: Handler) -> ExitCode {
    let handler = Rc::new(handler);
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let handler = Rc::clone(&handler);
        async move { handler(event.payload, event.context).await }
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse_to_start(error.as_ref()),
    }
}

fn refuse_to_start(error: &(dyn Error + 'static)) -> ExitCode {
    tracing::error!(cause = chain(error), "function stopped");
    ExitCode::FAILURE
}

/// Runs a handler's future; a panic in it becomes a failure like any other.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(Failure::internal(panic_text(&*payload))))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("(no message)"))
}

/// An error with its sources, as one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// An invocation that fails as such: Lambda, not the caller's program, learns of it.
pub(crate) fn diagnostic(error: impl Error) -> Diagnostic {
    Diagnostic { error_type: "InvalidEvent".to_owned(), error_message: error.to_string() }
}

/// The time an invocation takes, and whether it is the first of its process.
pub(crate) struct Timer {
    started: Instant,
    cold: bool,
}

impl Timer {
    pub(crate) fn start() -> Self {
        static WARM: AtomicBool = AtomicBool::new(false);
        Self { started: Instant::now(), cold: !WARM.swap(true, Ordering::Relaxed) }
    }

    pub(crate) fn milliseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn is_cold(&self) -> bool {
        self.cold
    }
}

/// Sends panics to the log as one JSON line instead of text over several.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", info.payload_as_str().unwrap_or("(no message)"));
    }));
}
