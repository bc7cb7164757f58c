//! What a template's values refer to: parameters, mappings, conditions, and the names of resources.

mod catalogue;
mod conditions;
mod globals;
mod kinds;
mod parameters;
mod references;
mod resolve;
mod rules;
mod sub;

pub(crate) use catalogue::{Catalogue, Resource, check_names};
pub(crate) use conditions::{Truths, conditions};
pub(crate) use globals::Globals;
pub(crate) use kinds::{API, FUNCTION, MANAGED_POLICY, POLICY, QUEUE, ROLE, SECRET, TABLE};
pub(crate) use parameters::parameters;
pub(crate) use resolve::Scope;
pub(crate) use rules::rules;
