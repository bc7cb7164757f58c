//! Invoking the function with a batch, and what its response says about the records.

use local_lambda::{FunctionError, InvokeError};

use super::Stream;
use super::batch::Entry;
use crate::payload;
use crate::report::Report;
use crate::story::place;

/// A failed invocation.
#[derive(Debug, Clone)]
pub(super) struct FailedInvocation {
    pub request_id: String,
    /// `None` if the function returned, but reported records that it could not process.
    pub error: Option<FunctionError>,
}

/// What became of the records of one invocation.
pub(super) enum Outcome {
    Done,
    /// The first `done` records are done, the others are not.
    Failed {
        done: usize,
        failed: FailedInvocation,
    },
    /// The function could not be invoked.
    NotRun,
}

impl Stream {
    pub(super) async fn invoke(&self, entries: &[Entry]) -> Outcome {
        self.lambda.ready().await;
        let payload = payload::of(entries.iter().map(|entry| entry.json.as_str()));
        let title = || format!("{} → {}", self.reader.table(), self.function.name);
        let (span, call) = place(&self.stories, entries.iter().map(|entry| entry.told.span()), title);
        let invoked = self.lambda.invoke_within(span, &self.function.name, payload).await;
        if let Some(call) = call {
            call.finish(None, !matches!(&invoked, Ok(invocation) if invocation.function_error.is_none()));
        }
        let invocation = match invoked {
            Ok(invocation) => invocation,
            // Whoever started the sources watches `Remote::reach` and says so once.
            Err(InvokeError::Unreachable(_)) => return Outcome::NotRun,
            Err(cause) => {
                tracing::warn!(function = self.function.name, source = self.source.id, %cause, "a batch has to wait");
                return Outcome::NotRun;
            }
        };
        let failed = FailedInvocation { request_id: invocation.request_id, error: invocation.function_error };
        if failed.error.is_some() {
            return Outcome::Failed { done: 0, failed };
        }
        if !self.source.report_batch_item_failures {
            return Outcome::Done;
        }
        match Report::read(&invocation.payload) {
            Report::Success => Outcome::Done,
            Report::Malformed => Outcome::Failed { done: 0, failed },
            Report::Failed(sequences) => Outcome::Failed { done: first_failed(entries, &sequences), failed },
        }
    }
}

/// How many records come before the first failed one: these are done. None is, if a reported sequence number is not in
/// the batch, as the report can't be trusted then.
fn first_failed(entries: &[Entry], failed: &[String]) -> usize {
    let index_of = |id: &String| id.parse().ok().and_then(|id| entries.iter().position(|entry| entry.sequence == id));
    let indexes: Option<Vec<usize>> = failed.iter().map(index_of).collect();
    indexes.and_then(|indexes| indexes.into_iter().min()).unwrap_or(0)
}
