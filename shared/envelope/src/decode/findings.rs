//! All that was found wrong with a value.

use super::Reject;
use super::from_field::Headline;
use super::problems::Problems;
use crate::{Code, Failure};

/// What is wrong with a value and the values in it, each at its path: `items[2].quantity`.
#[derive(Debug, Default)]
pub struct Findings {
    missing: Vec<String>,
    problems: Problems,
    headline: Option<Box<Headline>>,
}

impl Findings {
    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes what is wrong with the value at `path`.
    pub(super) fn note(&mut self, path: &str, reject: Reject) {
        match reject {
            Reject::Missing => {
                self.missing.push(path.to_owned());
                self.problems.note(path, "REQUIRED", "is required");
            }
            Reject::Invalid { code, message, headline } => {
                self.problems.note(path, code, message);
                self.headline = self.headline.take().or(headline);
            }
            Reject::Within(inner) => {
                self.missing.extend(inner.missing.iter().map(|inside| join(path, inside)));
                for problem in inner.problems.into_vec() {
                    self.problems.note(&join(path, &problem.field), problem.code, problem.message);
                }
                self.headline = self.headline.take().or(inner.headline);
            }
        }
    }

    /// Makes all of it one error of the route's own: what is missing inside no longer decides the answer.
    pub(super) fn name(&mut self, headline: Box<Headline>) {
        self.missing.clear();
        self.headline = Some(headline);
    }

    /// Missing fields decide the answer, then the error the route names, then the general one.
    pub(super) fn into_failure(self, missing_message: &str) -> Failure {
        if self.problems.is_empty() {
            return Failure::internal("a decoder gave no value and named no problem");
        }
        let failure = if !self.missing.is_empty() {
            Failure::validation(Code::MISSING_FIELDS, missing_message).detail("missingFields", &self.missing)
        } else if let Some(headline) = self.headline {
            headline
                .details
                .iter()
                .fold(Failure::validation(headline.code, headline.message), |failure, (key, value)| {
                    failure.detail(key, value)
                })
        } else {
            Failure::validation(Code::INVALID_FIELDS, "Validation failed")
        };
        failure.detail("fields", &self.problems)
    }
}

/// `items` and `[2]` are `items[2]`, `address` and `city` are `address.city`.
fn join(path: &str, inside: &str) -> String {
    let dot = if inside.starts_with('[') { "" } else { "." };
    format!("{path}{dot}{inside}")
}
