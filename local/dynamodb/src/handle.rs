//! A call from the HTTP request to the HTTP response.

use bytes::Bytes;
use dynoxide::DynoxideError;
use http::{Request, Response, StatusCode};

use crate::DynamoDb;
use crate::dispatch::{Answer, dispatch, writes};
use crate::faults::FaultKind;
use crate::protocol::{Call, NotACall, failed, faulted, internal_error, respond};

impl DynamoDb {
    /// Answers one request of the DynamoDB or DynamoDB Streams API. `caller` is the function that makes it, if known.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        let call = match Call::read(request) {
            Ok(call) => call,
            Err(refused) => return refused.response(),
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
                Performed::Done(Answer { body, units }) => (respond(StatusCode::OK, body), Some(units)),
                Performed::Failed(error) => (failed(&error), None),
                Performed::Unknown => return NotACall::UnknownOperation.response(),
                Performed::Lost => (internal_error(), None),
            },
        };
        self.inner.metering.record(caller, &operation, units);
        response
    }

    /// Makes the call. The news of a write goes out with it, whether or not the caller still waits for the answer.
    async fn perform(&self, call: Call) -> Performed {
        let news = self.inner.writes.clone();
        let done = self.inner.engine.run(move |store| {
            let answer = dispatch(&store.database, &call.operation, &call.body);
            if matches!(answer, Some(Ok(_))) && writes(&call.operation) {
                news.announce(&call.tables);
            }
            answer
        });
        match done.await {
            Ok(Some(Ok(answer))) => Performed::Done(answer),
            Ok(Some(Err(error))) => Performed::Failed(error),
            Ok(None) => Performed::Unknown,
            Err(cause) => {
                tracing::error!(%cause, "a DynamoDB call was lost");
                Performed::Lost
            }
        }
    }
}

enum Performed {
    Done(Answer),
    Failed(DynoxideError),
    Unknown,
    Lost,
}

#[cfg(test)]
mod tests;
