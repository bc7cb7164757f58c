//! Hiding what is secret wherever it stands in a text: JSON Web Tokens, bcrypt's hashes, private keys, the credentials of
//! an `Authorization` header, and the values of a query or a form whose names say so.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{HIDDEN, is_secret};

/// A form of secrets: the texts of which one is in each of them, a pattern, and what stands in its place.
struct Form {
    signs: &'static [&'static str],
    /// Without Unicode's cases (`-u`): the crate's tables of them are not compiled in.
    pattern: LazyLock<Option<Regex>>,
    shown: &'static str,
}

static FORMS: [Form; 4] = [
    Form {
        signs: &["eyJ"],
        pattern: LazyLock::new(|| Regex::new(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*").ok()),
        shown: HIDDEN,
    },
    Form {
        signs: &["$2"],
        pattern: LazyLock::new(|| Regex::new(r"\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{53}").ok()),
        shown: HIDDEN,
    },
    Form {
        signs: &["PRIVATE KEY-----"],
        pattern: LazyLock::new(|| {
            Regex::new("-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]|-[^-])*(?:-----END [A-Z ]*PRIVATE KEY-----)?").ok()
        }),
        shown: HIDDEN,
    },
    Form {
        signs: &["earer ", "asic ", "EARER ", "ASIC "],
        pattern: LazyLock::new(|| Regex::new(r"(?<scheme>(?i-u:bearer|basic)) [A-Za-z0-9._~+/=-]{8,}").ok()),
        shown: "$scheme •••",
    },
];

/// The text with its secrets hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = assignments(text);
    for Form { signs, pattern, shown: instead } in &FORMS {
        // Much faster than the pattern, and most texts have none.
        if signs.iter().any(|sign| shown.contains(sign)) {
            let Some(pattern) = pattern.as_ref() else { return Cow::Borrowed(HIDDEN) };
            shown = Cow::Owned(pattern.replace_all(&shown, *instead).into_owned());
        }
    }
    shown
}

/// Hides VALUE of each `NAME=VALUE` whose name is a secret's.
fn assignments(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let (before, value) = rest.split_at(at + 1);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let separator = before[..at].char_indices().rev().find(|(_, c)| !is_part(*c));
        let name = &before[separator.map_or(0, |(at, c)| at + c.len_utf8())..at];
        let ends = |c: char| c.is_whitespace() || "&#;,\"'\\<>".contains(c);
        let length = value.find(ends).unwrap_or(value.len());
        shown.push_str(before);
        if length > 0 && is_secret(name) {
            shown.push_str(HIDDEN);
            rest = &value[length..];
        } else {
            rest = value;
        }
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}
