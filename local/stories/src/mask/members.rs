//! Hiding members of JSON that can't be parsed: it was cut, or it is part of a line.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::HIDDEN;

/// A member's name and its colon, however often its quotes are escaped.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i-u)"[a-z0-9_. -]*(?:password|passwd|pwd|passphrase|token|jwt|secret|credential|private[_-]?key|api[_-]?key"#,
        r#"|authorization|cookie)"#,
        r#"[a-z0-9_. -]*\\*"\s*:\s*"#,
    ))
    .ok()
});

/// The text with the values of such members hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    // Much faster than the pattern, and most texts have none.
    if !text.contains('"') {
        return Cow::Borrowed(text);
    }
    let Some(name) = NAME.as_ref() else { return Cow::Borrowed(HIDDEN) };
    let mut shown = String::new();
    let mut rest = text;
    while let Some(found) = name.find(rest) {
        let (before, value) = rest.split_at(found.end());
        shown.push_str(before);
        let quote = &value[..value.find(|c| c != '\\').unwrap_or(value.len())];
        shown.push_str(&format!("{quote}\"{HIDDEN}{quote}\""));
        rest = &value[length(value)..];
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

/// How long the value is that a text begins with, in bytes; all of it, if the text was cut within.
fn length(text: &str) -> usize {
    let escapes = text.bytes().take_while(|byte| *byte == b'\\').count();
    match text.as_bytes().get(escapes) {
        Some(b'"') => string(text, escapes),
        Some(b'{' | b'[') if escapes == 0 => nested(text),
        _ => text.find([',', '}', ']']).unwrap_or(text.len()),
    }
}

/// A string whose quotes have `escapes` backslashes before them. Inside it a quote has more of them, and a backslash is
/// twice as many.
fn string(text: &str, escapes: usize) -> usize {
    let start = escapes + 1;
    let mut run = 0;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'\\' => run += 1,
            b'"' if run % (2 * start) == escapes => return at + 1,
            _ => run = 0,
        }
    }
    text.len()
}

/// A list or an object: up to the bracket that closes it, wherever strings may have others.
fn nested(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}
