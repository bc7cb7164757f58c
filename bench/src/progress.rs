//! Progress messages on standard error; standard output is for tables.

/// Prints a line.
pub fn say(what: &str) {
    eprintln!("  {what}");
}
