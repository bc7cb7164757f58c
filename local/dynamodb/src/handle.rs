//! A call from the HTTP request to the HTTP response.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::DynamoDb;
use crate::dispatch::{Output, dispatch, writes};
use crate::faults::FaultKind;
use crate::protocol::{Call, NotACall, faulted, internal_error, refused, respond};
use crate::refusal::Refusal;

impl DynamoDb {
    /// Answers one request of the DynamoDB or DynamoDB Streams API. `caller` is the function that makes it, if known.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        let call = match Call::read(request) {
            Ok(call) => call,
            Err(no_call) => return no_call.response(),
        };
        let operation = call.operation.clone();
        let fault = self.inner.faults.take(&call.operation, caller, &call.tables);
        let (response, units) = match fault {
            Some(kind @ FaultKind::AnswerLost) => {
                let lost = faulted(kind, &call);
                self.perform(call).await;
                (lost, None)
            }
            Some(kind) => (faulted(kind, &call), None),
            None => match self.perform(call).await {
                Outcome::Done(Output { body, units }) => (respond(StatusCode::OK, body), Some(units)),
                Outcome::Failed(error) => (refused(&error), None),
                Outcome::Unknown => return NotACall::UnknownOperation.response(),
                Outcome::Lost => (internal_error(), None),
            },
        };
        self.inner.metering.record(caller, &operation, units);
        response
    }

    /// Makes the call, and announces a write whether or not the caller still waits for the response.
    async fn perform(&self, call: Call) -> Outcome {
        let signals = self.inner.writes.clone();
        let done = self.inner.engine.run(move |store| {
            let output = dispatch(store, &call.operation, &call.body);
            if matches!(output, Some(Ok(_))) && writes(&call.operation) {
                signals.announce(&call.tables);
            }
            output
        });
        match done.await {
            Ok(Some(Ok(output))) => Outcome::Done(output),
            Ok(Some(Err(error))) => Outcome::Failed(error),
            Ok(None) => Outcome::Unknown,
            Err(cause) => {
                tracing::error!(%cause, "a DynamoDB call was lost");
                Outcome::Lost
            }
        }
    }
}

enum Outcome {
    Done(Output),
    Failed(Refusal),
    Unknown,
    Lost,
}

#[cfg(test)]
mod tests;
