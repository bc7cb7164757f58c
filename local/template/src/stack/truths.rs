//! The conditions of a template, evaluated.

use std::collections::BTreeMap;

use crate::error::{Mark, Place, Report};

/// Whether each condition is true; `None` where a problem was noted.
#[derive(Debug, Default)]
pub(crate) struct Truths(BTreeMap<String, Option<bool>>);

impl Truths {
    pub(super) fn new(truths: BTreeMap<String, Option<bool>>) -> Self {
        Self(truths)
    }

    /// Whether the condition `name` is true; one that does not exist is noted.
    pub(crate) fn get(&self, name: &str, mark: Mark, place: &Place, report: &Report) -> Option<bool> {
        match self.0.get(name) {
            Some(truth) => *truth,
            None => {
                report.note(mark, place, format!("no condition is called `{name}`"));
                None
            }
        }
    }
}
