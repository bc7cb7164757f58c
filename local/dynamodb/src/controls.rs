//! What stands in front of an engine: failures on demand, counts of calls, news of writes.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::dispatch::{Output, writes};
use crate::faults::{FaultKind, Faults};
use crate::metering::Metering;
use crate::protocol::{Call, faulted, internal_error, not_emulated, refused, respond};
use crate::refusal::Refusal;
use crate::writes::Writes;

/// Failures on demand, counts of calls and news of writes. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Controls {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    writes: Writes,
    metering: Metering,
    faults: Faults,
}

impl Controls {
    /// Call counts and capacity units, by caller and operation.
    pub fn calls(&self) -> &Metering {
        &self.inner.metering
    }

    /// Failures injected for the next calls.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// A counter that goes up after every successful call that may have written to `table`. For a new receiver, earlier
    /// writes count as seen.
    pub fn writes(&self, table: &str) -> tokio::sync::watch::Receiver<u64> {
        self.inner.writes.subscribe(table)
    }

    /// Signals that these tables may have been written to; without names, that any may have been.
    pub(crate) fn announce(&self, tables: &[String]) {
        self.inner.writes.announce(tables);
    }

    /// Passes a request on to another engine, as `send` does it, unless it is to fail. Capacity units are not counted.
    pub async fn pass_on<R>(&self, request: Request<Bytes>, send: impl FnOnce(Request<Bytes>) -> R) -> Response<Bytes>
    where
        R: Future<Output = Response<Bytes>>,
    {
        let original = request.clone();
        self.answer(None, request, async |call| {
            let response = send(original).await;
            let done = response.status() == StatusCode::OK;
            if done && writes(&call.operation) {
                self.announce(&call.tables);
            }
            Outcome::PassedOn { response, units: done.then_some(0.0) }
        })
        .await
    }

    /// Answers a request with the outcome of `perform`, or with a failure that was asked for.
    pub(crate) async fn answer(
        &self,
        caller: Option<&str>,
        request: Request<Bytes>,
        perform: impl AsyncFnOnce(Call) -> Outcome,
    ) -> Response<Bytes> {
        let call = match Call::read(request) {
            Ok(call) => call,
            Err(no_call) => return no_call.response(),
        };
        let (operation, span) = (call.operation.clone(), call.span.clone());
        let fault = self.inner.faults.take(&call.operation, caller, &call.tables);
        let (response, units) = match fault {
            Some(kind @ FaultKind::AnswerLost) => {
                let lost = faulted(kind, &call);
                perform(call).await;
                (lost, None)
            }
            Some(kind) => (faulted(kind, &call), None),
            None => match perform(call).await {
                Outcome::Done(Output { body, units }) => (respond(StatusCode::OK, body), Some(units)),
                Outcome::Failed(error) => (refused(&error), None),
                Outcome::PassedOn { response, units } => (response, units),
                Outcome::Unknown => return not_emulated(&operation),
                Outcome::Lost => (internal_error(), None),
            },
        };
        self.inner.metering.record(caller, &operation, units);
        if let Some(units) = units.filter(|units| *units > 0.0) {
            span.note("units", units);
        }
        if let Some(fault) = fault {
            span.note("fault", format!("{fault:?}"));
        }
        response
    }
}

/// What became of a call.
pub(crate) enum Outcome {
    Done(Output),
    Failed(Refusal),
    /// Another engine's response; `units` is `None` if it failed.
    PassedOn {
        response: Response<Bytes>,
        units: Option<f64>,
    },
    Unknown,
    Lost,
}
