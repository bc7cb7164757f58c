//! What a template's values refer to: parameters, mappings, conditions, and the names of resources.

mod catalogue;
mod conditions;
mod depth;
mod globals;
mod kinds;
mod parameters;
mod references;
mod resolve;
mod rules;
mod scope;
mod sub;
mod truths;

pub(crate) use catalogue::{Catalogue, Resource, check_names};
pub(crate) use conditions::conditions;
pub(crate) use globals::Globals;
pub(crate) use kinds::{API, FUNCTION, LOG_GROUP, MANAGED_POLICY, POLICY, QUEUE, ROLE, SECRET, TABLE};
pub(crate) use parameters::{on_one_machine, parameters};
pub(crate) use rules::rules;
pub(crate) use scope::Scope;
pub(crate) use truths::Truths;
