//! `index-products`: keeps the words and the counts of products from the stream of their table.
//!
//! A record it can't read it puts on the queue `UNREADABLE_QUEUE`, raw, so that one does not stop all that come after.

use std::error::Error;
use std::process::ExitCode;

use envelope::{Context, Deadline, Function, FunctionError, InitError, serve_function};
use events::publish::Aside;
use events::stream::StreamEvent;
use serde_json::value::RawValue;
use tables::StoreError;

use crate::SERVICE;
use crate::domain::index::wanted;
use crate::store::Index;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<IndexProducts>(SERVICE)
}

struct IndexProducts {
    index: Index,
    aside: Aside,
}

impl Function for IndexProducts {
    type Event = StreamEvent;
    type Response = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { index: Index::from_env()?, aside: Aside::from_env()? })
    }

    async fn call(&self, event: StreamEvent, context: &Context) -> Result<(), FunctionError> {
        let unreadable = index(&self.index, &event, Deadline::of(context)).await?;
        // Last, as what fails before it brings the whole batch again: all else is done once however often it comes.
        Ok(self.aside.put(&unreadable).await?)
    }
}

/// Indexes what every record tells. Gives those that can't be read.
///
/// # Errors
/// [`StoreError`]; the batch then is to come again.
pub async fn index<'a>(
    index: &Index,
    event: &'a StreamEvent,
    deadline: Deadline,
) -> Result<Vec<&'a RawValue>, StoreError> {
    let mut unreadable = Vec::new();
    for raw in &event.records {
        match wanted(raw) {
            Ok(None) => {}
            Ok(Some((id, wanted))) => {
                index.bring_to(&id, &wanted, deadline.time_left()).await?;
            }
            Err(problem) => {
                tracing::error!(%problem, cause = problem.source().map(ToString::to_string), "setting aside a record");
                unreadable.push(&**raw);
            }
        }
    }
    Ok(unreadable)
}
