//! `index-products`: keeps the search index and the totals up to date. Consumes the stream of the products' table.
//!
//! A record that can't be read goes raw to the queue that `UNREADABLE_QUEUE` names, so that it does not block the
//! records after it.

use std::error::Error;
use std::process::ExitCode;

use envelope::{Context, Deadline, Function, FunctionError, InitError, serve_function};
use events::publish::UnreadableQueue;
use events::stream::StreamEvent;
use serde_json::value::RawValue;
use tables::StoreError;

use crate::SERVICE;
use crate::store::{ProductIndex, read_record};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<IndexProducts>(SERVICE)
}

struct IndexProducts {
    index: ProductIndex,
    unreadable_queue: UnreadableQueue,
}

impl Function for IndexProducts {
    type Event = StreamEvent;
    type Response = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { index: ProductIndex::from_env()?, unreadable_queue: UnreadableQueue::from_env()? })
    }

    async fn call(&self, event: StreamEvent, context: &Context) -> Result<(), FunctionError> {
        let unreadable = index_records(&self.index, &event, Deadline::of(context)).await?;
        // Last, because an error before it has the whole batch delivered again, and a message would be sent twice.
        Ok(self.unreadable_queue.send(&unreadable).await?)
    }
}

/// Indexes the product of each record, and returns the records that can't be read.
///
/// # Errors
/// [`StoreError`]: the whole batch is to be delivered again.
pub async fn index_records<'a>(
    index: &ProductIndex,
    event: &'a StreamEvent,
    deadline: Deadline,
) -> Result<Vec<&'a RawValue>, StoreError> {
    let mut unreadable = Vec::new();
    for raw in &event.records {
        match read_record(raw) {
            Ok(None) => {}
            Ok(Some((id, target))) => index.update(&id, &target, deadline.time_left()).await?,
            Err(problem) => {
                tracing::error!(%problem, cause = problem.source().map(ToString::to_string), "setting aside a record");
                unreadable.push(&**raw);
            }
        }
    }
    Ok(unreadable)
}
