//! Reads each emulated resource type into the model. Every type has a table of the properties it accepts; any other
//! property of AWS's longer list is refused by name.

mod api;
mod events;
mod function;
mod inert;
mod oddities;
mod queue;
mod resource_policy;
mod role;
mod secret;
mod table;

pub(crate) use api::{Guards, Routes, api};
pub(crate) use function::function;
pub(crate) use inert::check_inert;
pub(crate) use oddities::check_oddities;
pub(crate) use queue::queue;
pub(crate) use role::check_attached;
pub(crate) use secret::secret;
pub(crate) use table::table;
