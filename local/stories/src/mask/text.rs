//! Hiding what is secret wherever it stands in a text: JSON Web Tokens, bcrypt's hashes, private keys, the credentials in a URL
//! or an `Authorization` header, and the values of a query, a form, a header or a field whose names say so.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{HIDDEN, assignments, markup, urls};

/// A form of secrets: the texts of which one is in each of them, a pattern, and what stands in its place.
struct Form {
    signs: &'static [&'static str],
    /// Without Unicode's cases (`-u`): the crate's tables of them are not compiled in.
    pattern: LazyLock<Option<Regex>>,
    shown: &'static str,
}

static FORMS: [Form; 5] = [
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
        signs: &["earer ", "asic ", "EARER ", "ASIC "],
        pattern: LazyLock::new(|| Regex::new(r"(?<scheme>(?i-u:bearer|basic)) [A-Za-z0-9._~+/=-]{8,}").ok()),
        shown: "$scheme •••",
    },
    Form {
        signs: &[":"],
        // A header, whose value goes on to the end of the line.
        pattern: LazyLock::new(|| {
            Regex::new(r"(?<name>(?i-u:[a-z0-9_.-]*(?:authorization|cookie|x-auth)[a-z0-9_.-]*)\s*: ?)[^\r\n]+").ok()
        }),
        shown: "$name•••",
    },
];

/// The text with its secrets hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    for mask in [urls::masked, markup::masked, assignments::masked] {
        if let Cow::Owned(hidden) = mask(&shown) {
            shown = Cow::Owned(hidden);
        }
    }
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
