//! What the batch operations have in common: entries with ids, each of which succeeds or fails by itself.
//! SQS Developer Guide: "Amazon SQS batch actions".

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::call::required;
use super::error;
use crate::Error;

const MAX_ENTRIES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<E> {
    pub queue_url: Option<String>,
    pub entries: Option<Vec<Entry<E>>>,
}

#[derive(Deserialize)]
pub(super) struct Entry<E> {
    #[serde(rename = "Id")]
    pub id: String,
    #[serde(flatten)]
    pub input: E,
}

impl<E> Batch<E> {
    /// The queue and the entries, unless the batch is wrong as a whole. `kind` is what the operation calls an entry.
    pub fn open(self, kind: &'static str) -> Result<(String, Vec<Entry<E>>), Error> {
        let queue = required(self.queue_url, "QueueUrl")?;
        let entries = self.entries.unwrap_or_default();
        match entries.len() {
            0 => return Err(Error::EmptyBatchRequest(kind)),
            1..=MAX_ENTRIES => {}
            more => return Err(Error::TooManyEntriesInBatchRequest(more)),
        }
        let mut ids = BTreeSet::new();
        for Entry { id, .. } in &entries {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if !(1..=80).contains(&id.len()) || !id.chars().all(allowed) {
                return Err(Error::InvalidBatchEntryId);
            }
            if !ids.insert(id) {
                return Err(Error::BatchEntryIdsNotDistinct(id.clone()));
            }
        }
        Ok((queue, entries))
    }
}

/// The output of a batch.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Outcome<S> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successful: Vec<Success<S>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failure>,
}

#[derive(Serialize)]
struct Success<S> {
    #[serde(rename = "Id")]
    id: String,
    #[serde(flatten)]
    output: S,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    id: String,
    sender_fault: bool,
    code: &'static str,
    message: String,
}

impl<S> Outcome<S> {
    /// Sorts the entries' results. Where the machine failed, the batch failed as a whole, and no entry is done.
    pub fn of(results: impl Iterator<Item = (String, Result<S, Error>)>) -> Result<Self, Error> {
        let mut outcome = Self { successful: Vec::new(), failed: Vec::new() };
        for (id, result) in results {
            match result {
                Ok(output) => outcome.successful.push(Success { id, output }),
                Err(failure) if failure.is_internal() => return Err(failure),
                Err(failure) => outcome.failed.push(Failure {
                    id,
                    sender_fault: true,
                    code: error::code(&failure),
                    message: failure.to_string(),
                }),
            }
        }
        Ok(outcome)
    }
}
