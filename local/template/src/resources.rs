//! Reads each emulated resource type into the model. Every type has its table of accepted properties: AWS's whole list
//! is longer, and what is in neither half of the table is refused by name.

mod api;
mod events;
mod function;
mod queue;
mod role;
mod secret;
mod table;

pub(crate) use api::{Guards, Routes, api};
pub(crate) use function::function;
pub(crate) use queue::queue;
pub(crate) use role::check_attached;
pub(crate) use secret::secret;
pub(crate) use table::table;
