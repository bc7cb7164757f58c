//! Hiding members of JSON that can't be parsed: it was cut, or it is part of a line.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{HIDDEN, is_names_name, is_secret, is_values_name};

/// A member's name and its colon, however often its quotes are escaped. Python, `PartiQL` and Ruby have forms of their own.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"["'](?<name>[A-Za-z0-9_. -]+)\\*(?<quote>["'])\s*(?::|=>?)\s*"#).ok());

/// The text with the values of such members hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    // Much faster than the pattern, and most texts have none.
    if !text.contains(['"', '\'']) {
        return Cow::Borrowed(text);
    }
    let Some(pattern) = NAME.as_ref() else { return Cow::Borrowed(HIDDEN) };
    let mut shown = String::new();
    let mut done = 0;
    let mut at = 0;
    let mut names_a_secret = false;
    while let Some(found) = pattern.captures_at(text, at) {
        let (name, quote) = (&found["name"], &found["quote"]);
        at = found.get(0).map_or(text.len(), |found| found.end());
        let value = &text[at..];
        if is_names_name(name) {
            let value = value.trim_start_matches(['\\', '"', '\'']);
            names_a_secret = is_secret(&value[..value.find(['\\', '"', '\'']).unwrap_or(value.len())]);
        } else if is_secret(name) || names_a_secret && is_values_name(name) {
            names_a_secret = false;
            let escapes = &value[..value.find(|c| c != '\\').unwrap_or(value.len())];
            shown.push_str(&text[done..at]);
            shown.push_str(&format!("{escapes}{quote}{HIDDEN}{escapes}{quote}"));
            at += length(value);
            done = at;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(shown + &text[done..]) }
}

/// How long the value is that a text begins with, in bytes; all of it, if the text was cut within.
fn length(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'{' | b'[') => nested(text),
        _ => quoted(text).unwrap_or_else(|| text.find([',', '}', ']']).unwrap_or(text.len())),
    }
}

/// How long the string is that a text begins with, with its quotes, in bytes; all of it, if the text was cut within. A
/// quote inside the string has more backslashes before it than those around have, and a backslash is twice as many; SQL
/// has two quotes for one.
pub(super) fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let escapes = bytes.iter().take_while(|byte| **byte == b'\\').count();
    let quote = *bytes.get(escapes).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let start = escapes + 1;
    let (mut at, mut run) = (start, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == b'\\' {
            run += 1;
            continue;
        }
        if *byte == quote && run % (2 * start) == escapes {
            if quote == b'"' || bytes.get(at) != Some(&quote) {
                return Some(at);
            }
            at += 1;
        }
        run = 0;
    }
    Some(text.len())
}

/// A list or an object: up to the bracket that closes it, wherever strings may have others.
fn nested(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        at += match byte {
            b'\\' | b'"' | b'\'' => match quoted(&text[at..]) {
                Some(length) => length,
                None => text[at..].bytes().take_while(|byte| *byte == b'\\').count(),
            },
            _ => 1,
        };
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
