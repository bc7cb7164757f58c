//! Regular expressions of a template, which AWS reads as Java does and this reader as the `regex` crate.

use regex::{Regex, RegexBuilder};

/// How deep a pattern may be nested: it is compiled by recursion, and `a****` is nested too.
const DEEPEST: u32 = 100;

/// Compiles a pattern that has to match the whole text.
///
/// # Errors
/// Why it can't be matched here, on one line.
pub(crate) fn whole(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).nest_limit(DEEPEST).build().map_err(|error| {
        let error = error.to_string();
        format!("`{pattern}` can't be matched here: {}", error.lines().last().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_nested_a_hundred_deep_at_most() {
        assert!(whole(&format!("{}a{}", "(".repeat(50), ")".repeat(50))).is_ok_and(|pattern| pattern.is_match("a")));
        for deep in
            [format!("a{}", "*".repeat(240)), "(".repeat(100_000), format!("{}a{}", "(".repeat(240), ")".repeat(240))]
        {
            assert!(whole(&deep).is_err(), "{deep:.20}");
        }
    }
}
