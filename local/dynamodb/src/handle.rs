//! A call from the HTTP request to the HTTP response.

use bytes::Bytes;
use http::{Request, Response};

use crate::DynamoDb;
use crate::controls::Outcome;
use crate::dispatch::{dispatch, writes};
use crate::protocol::Call;

impl DynamoDb {
    /// Answers one request of the DynamoDB or DynamoDB Streams API. `caller` is the function that makes it, if known.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        self.inner.controls.answer(caller, request, async |call| self.perform(call).await).await
    }

    /// Makes the call, and announces a write whether or not the caller still waits for the response.
    async fn perform(&self, call: Call) -> Outcome {
        let controls = self.inner.controls.clone();
        let done = self.inner.engine.run(move |store| {
            let is_write = writes(&call.operation);
            let is_told = is_write && call.span.is_recorded();
            if is_told {
                store.written.watch();
            }
            let output = dispatch(store, &call.operation, &call.body);
            let is_made = matches!(output, Some(Ok(_)));
            if is_told {
                // Before a reader hears of them.
                store.written.tell(is_made, &call.span);
            }
            if is_write && is_made {
                controls.announce(&call.tables);
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

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
