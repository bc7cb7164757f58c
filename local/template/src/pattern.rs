//! Regular expressions of a template, which AWS reads as Java does and this reader as the `regex` crate.

use regex::Regex;

/// Compiles a pattern that has to match the whole text.
///
/// # Errors
/// Why it can't be matched here, on one line.
pub(crate) fn whole(pattern: &str) -> Result<Regex, String> {
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|error| {
        let error = error.to_string();
        format!("`{pattern}` can't be matched here: {}", error.lines().last().unwrap_or_default())
    })
}
