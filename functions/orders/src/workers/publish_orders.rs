//! `publish-orders`: sends the events in orders to their subscribers.
//!
//! An order holds only the event of its latest change. Earlier events are not lost: the table's stream has a record of
//! every write, each with the item as that write left it.

use std::process::ExitCode;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main(SERVICE)
}
