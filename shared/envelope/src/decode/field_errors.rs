//! Everything that is wrong with a value.

use super::Reject;
use super::from_field::NamedError;
use super::problems::Problems;
use crate::{Code, Failure};

/// What is wrong with a value and the values inside it, each with its path: `items[2].quantity`.
#[derive(Debug, Default)]
pub struct FieldErrors {
    missing: Vec<String>,
    problems: Problems,
    named: Option<Box<NamedError>>,
}

impl FieldErrors {
    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Adds what is wrong with the value at `path`.
    pub(super) fn add(&mut self, path: &str, reject: Reject) {
        match reject {
            Reject::Missing => {
                self.missing.push(path.to_owned());
                self.problems.add(path, "REQUIRED", "is required");
            }
            Reject::Invalid { code, message, named } => {
                self.problems.add(path, code, message);
                self.named = self.named.take().or(named);
            }
            Reject::Within(inner) => {
                self.missing.extend(inner.missing.iter().map(|inside| join(path, inside)));
                for problem in inner.problems.into_vec() {
                    self.problems.add(&join(path, &problem.field), problem.code, problem.message);
                }
                self.named = self.named.take().or(inner.named);
            }
        }
    }

    /// Replaces the general error of the answer by one that the route names, even if a field inside is missing.
    pub(super) fn name(&mut self, named: Box<NamedError>) {
        self.missing.clear();
        self.named = Some(named);
    }

    /// The error to answer with: for missing fields, if any is; else the one that the route names; else the general one.
    pub(super) fn into_failure(self, missing_message: &str) -> Failure {
        if self.problems.is_empty() {
            return Failure::internal("a decoder gave neither a value nor a problem");
        }
        let failure = if !self.missing.is_empty() {
            Failure::validation(Code::MISSING_FIELDS, missing_message).detail("missingFields", &self.missing)
        } else if let Some(named) = self.named {
            let failure = Failure::validation(named.code, named.message);
            named.details.iter().fold(failure, |failure, (key, value)| failure.detail(key, value))
        } else {
            Failure::validation(Code::INVALID_FIELDS, "Validation failed")
        };
        failure.detail("fields", &self.problems)
    }
}

/// `items` and `[2]` make `items[2]`, `address` and `city` make `address.city`.
fn join(path: &str, inside: &str) -> String {
    let dot = if inside.starts_with('[') { "" } else { "." };
    format!("{path}{dot}{inside}")
}
