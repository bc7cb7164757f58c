//! `publish-products`: sends the events of products and holds to their subscribers.

use std::process::ExitCode;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main(SERVICE)
}
