//! Hiding what is secret wherever it stands in a text: JSON Web Tokens, bcrypt's hashes, private keys, the credentials in a URL
//! or an `Authorization` header, and the values of a query, a form, a header or a field whose names say so.

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

static FORMS: [Form; 6] = [
    Form {
        signs: &["eyJ"],
        // Cut before its signature, too.
        pattern: LazyLock::new(|| Regex::new(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?").ok()),
        shown: HIDDEN,
    },
    Form {
        signs: &["$2"],
        pattern: LazyLock::new(|| Regex::new(r"\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{1,53}").ok()),
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
        signs: &["://"],
        // The user and the password in a URL.
        pattern: LazyLock::new(|| Regex::new(r"://[^/\s:@]*:[^/\s@]+@").ok()),
        shown: "://•••@",
    },
    Form {
        signs: &["earer ", "asic ", "EARER ", "ASIC "],
        pattern: LazyLock::new(|| Regex::new(r"(?<scheme>(?i-u:bearer|basic)) [A-Za-z0-9._~+/=-]{8,}").ok()),
        shown: "$scheme •••",
    },
    Form {
        signs: &[":"],
        // A header, or a field as Rust's `Debug` and the like write it. A header's value goes on to the end of the line.
        pattern: LazyLock::new(|| {
            Regex::new(concat!(
                r"(?<name>(?i-u:[a-z0-9_.-]*(?:authorization|cookie)[a-z0-9_.-]*)\s*: ?)[^\r\n]+",
                r"|(?<field>(?i-u:[a-z0-9_.-]*(?:password|passwd|pwd|passphrase|token|jwt|secret|credential|private[_-]?key",
                r"|api[_-]?key)[a-z0-9_.-]*)\s*:\s*(?:Some\()?)",
                r#"(?:\\*"[^"]*"?|'[^']*'?|[^\s:"',;&(){}\[\]\\]+)"#,
            ))
            .ok()
        }),
        shown: "$name$field•••",
    },
];

/// The text with its secrets hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = assignments(text);
    for Form { signs, pattern, shown: instead } in &FORMS {
        // Much faster than the pattern, and most texts have none.
        if signs.iter().any(|sign| shown.contains(sign)) {
            let Some(pattern) = pattern.as_ref() else { return Cow::Borrowed(HIDDEN) };
            if let Cow::Owned(hidden) = pattern.replace_all(&shown, *instead) {
                shown = Cow::Owned(hidden);
            }
        }
    }
    shown
}

/// Hides VALUE of each `NAME=VALUE`, or `NAME%3DVALUE` inside a URL's own value, whose name is a secret's.
fn assignments(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut is_hidden = false;
    let mut rest = text;
    while let Some((at, sign)) = next_sign(rest) {
        let (before, value) = rest.split_at(at + sign.len());
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let separator = before[..at].char_indices().rev().find(|(_, c)| !is_part(*c));
        let name = &before[separator.map_or(0, |(at, c)| at + c.len_utf8())..at];
        shown.push_str(before);
        rest = value;
        if is_secret(name) {
            let length = value_length(value, sign != "=");
            if length > 0 {
                shown.push_str(HIDDEN);
                is_hidden = true;
                rest = &value[length..];
            }
        }
    }
    if is_hidden { Cow::Owned(shown + rest) } else { Cow::Borrowed(text) }
}

/// The next `=`, and how it is written.
fn next_sign(text: &str) -> Option<(usize, &str)> {
    text.match_indices(['=', '%']).find_map(|(at, _)| {
        let sign = ["=", "%3D", "%3d"].into_iter().find(|sign| text[at..].starts_with(sign))?;
        Some((at, sign))
    })
}

/// How long the value is that a text begins with. In a URL's own value the next parameter's `%26` ends it too.
fn value_length(text: &str, is_encoded: bool) -> usize {
    let ends = |c: char| c.is_whitespace() || "&#;,\"'\\<>".contains(c);
    let mut signs = text.char_indices();
    let end = signs.find(|(at, c)| ends(*c) || is_encoded && text[*at..].starts_with("%26"));
    end.map_or(text.len(), |(at, _)| at)
}
