//! The names that a value may refer to, and where problems are noted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use super::depth::Depth;
use super::truths::Truths;
use crate::error::{Mark, Place, Report};
use crate::tree::Node;
use crate::value::Value;

/// The names that a value may refer to. Later sections may use more: a condition sees parameters and mappings, a resource
/// sees everything.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) report: &'a Report,
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    pub(crate) mappings: Option<&'a Node>,
    pub(crate) truths: Option<&'a Truths>,
    pub(crate) catalogue: Option<&'a Catalogue>,
    /// Whether the resource is inert on one machine, and so may refer to what only exists on AWS.
    pub(crate) inert: bool,
    /// Resources whose names are being evaluated, to notice a name that refers to itself.
    pub(super) naming: RefCell<Vec<String>>,
    /// Physical names evaluated so far, by logical id; `None` where a problem was noted.
    pub(super) names: RefCell<BTreeMap<String, Option<String>>>,
    pub(super) depth: Depth,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        report: &'a Report,
        parameters: &'a BTreeMap<String, Value>,
        mappings: Option<&'a Node>,
    ) -> Scope<'a> {
        Self {
            report,
            parameters,
            mappings,
            truths: None,
            catalogue: None,
            inert: false,
            naming: RefCell::default(),
            names: RefCell::default(),
            depth: Depth::default(),
        }
    }

    pub(super) fn refuse<T>(&self, mark: Mark, place: &Place, message: impl Into<String>) -> Option<T> {
        self.report.note(mark, place, message);
        None
    }
}
