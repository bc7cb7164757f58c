//! `publish-orders`: the events that orders carry, from the stream of their table to whoever hears them.
//!
//! An order carries the event of its latest change only. None is lost by that: the stream has a record of every
//! write, in order, each with the item as that write left it.

use std::process::ExitCode;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main(SERVICE)
}
