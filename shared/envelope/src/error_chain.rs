//! An error with its causes.

use std::error::Error;

/// The error and each of its sources, from the outermost to the root cause: `the store failed: timed out`.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        source = error.source();
    }
    chain
}
