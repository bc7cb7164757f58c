//! The problems of one request.

use serde::Serialize;

/// One problem of one field, as in `details.fields`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Path of the field: `name`, `items[2].quantity`.
    pub field: String,
    /// What a program reads: `REQUIRED`, `INVALID_TYPE`, `UNKNOWN_FIELD`, …
    pub code: &'static str,
    /// What a person reads.
    pub message: String,
}

/// The problems found so far, up to a limit: a request full of mistakes must not make a response over Lambda's limit
/// (6 MB).
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// The most problems that are listed.
    const MOST: usize = 100;
    /// The most characters that are shown of a path.
    const NAME: usize = 100;

    pub(crate) fn add(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        if self.0.len() < Self::MOST {
            self.0.push(Problem { field: field.chars().take(Self::NAME).collect(), code, message: message.into() });
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
