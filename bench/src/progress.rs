//! What is being done, on standard error: tables have standard output for themselves.

/// Says it, on a line of its own.
pub fn say(what: &str) {
    eprintln!("  {what}");
}
