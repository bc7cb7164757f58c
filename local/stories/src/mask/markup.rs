//! Hiding what follows a secret's name on a command line, in XML, and in a form of many parts.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::members::quoted;
use super::{HIDDEN, is_secret};

/// A name, and all that stands before its value. RFC 7578 for the parts of a form.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:^|[\s'\x22])(?:--?(?<option>[A-Za-z][A-Za-z0-9_-]*))[ \t]+",
        r"|<(?:[A-Za-z0-9_.-]+:)?(?<element>[A-Za-z0-9_.-]+)(?:\s[^<>]*)?>(?:<!\[CDATA\[)?",
        r"|[ ;]name=\\*\x22(?<part>[^\x22\r\n\\]*)\\*\x22[^\r\n\\]*(?:\r?\n[^\r\n]+){0,3}(?:\r?\n\r?\n|\\r\\n\\r\\n)",
    ))
    .ok()
});

/// The text with the values after such names hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    // Much faster than the pattern, and most texts have none.
    if ![" -", "--", "<", "name="].iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let Some(pattern) = NAME.as_ref() else { return Cow::Borrowed(HIDDEN) };
    let mut shown = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = pattern.captures_at(text, at) {
        at = found.get(0).map_or(text.len(), |found| found.end());
        let length = secret_length(&found, &text[at..]);
        if length > 0 {
            shown.push_str(&text[done..at]);
            shown.push_str(HIDDEN);
            at += length;
            done = at;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(shown + &text[done..]) }
}

/// How long the secret is that a text begins with, after this name.
fn secret_length(name: &Captures, text: &str) -> usize {
    let up_to = |end: Option<usize>| end.unwrap_or(text.len());
    if let Some(option) = name.name("option") {
        let length = quoted(text).unwrap_or_else(|| up_to(text.find(|c: char| c.is_whitespace() || "\"'".contains(c))));
        // `curl -u USER:PASSWORD`
        let is_user = matches!(option.as_str(), "u" | "user") && text[..length].contains(':');
        let is_value = is_user || is_secret(option.as_str()) && !text.starts_with('-');
        return if is_value { length } else { 0 };
    }
    if let Some(element) = name.name("element") {
        return if is_secret(element.as_str()) { up_to(text.find('<')) } else { 0 };
    }
    let is_part = name.name("part").is_some_and(|part| is_secret(part.as_str()));
    if !is_part {
        return 0;
    }
    // The next boundary is on a line of its own.
    let mut boundaries = text.match_indices("--").map(|(at, _)| &text[..at]);
    let value = boundaries.find(|before| before.ends_with('\n') || before.ends_with("\\n")).unwrap_or(text);
    ["\r\n", "\n", "\\r\\n"].iter().find_map(|end| value.strip_suffix(end)).unwrap_or(value).len()
}
