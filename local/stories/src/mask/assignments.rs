//! Hiding the value of `NAME=VALUE`, `NAME: VALUE` and the like, if the name is a secret's.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::members::quoted;
use super::{HIDDEN, is_secret};

/// What stands between a name and its value. The last ones are for a URL's own value.
const SIGNS: [&str; 6] = ["=", ":", "%3D", "%3d", "%3A", "%3a"];

/// AWS names a secret by its ARN, and what is done with it by an action. Neither is an assignment, whatever its words are.
static NAMES_A_SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "^(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:[0-9]*:secret:[A-Za-z0-9/_+.@-]+|secretsmanager:[A-Z][A-Za-z]+)",
    )
    .ok()
});

/// The text with such values hidden.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    // Up to where the text is shown, and from where a name may begin.
    let (mut done, mut from) = (0, 0);
    while let Some((at, sign)) = next_sign(text, from) {
        let name = &text[from..at];
        let word = name_at_end(name);
        if ["arn", "secretsmanager"].contains(&word)
            && name.ends_with(word)
            && let Some(found) = NAMES_A_SECRET.as_ref().and_then(|pattern| pattern.find(&text[at - word.len()..]))
        {
            from = at - word.len() + found.len();
            continue;
        }
        from = at + sign.len();
        if sign.len() == 1 {
            // `==`, `=>`, `:=`
            from += text[from..].bytes().take_while(|byte| b"=>".contains(byte)).count();
        }
        if !is_secret(word) {
            continue;
        }
        let start = from + before_value(&text[from..], sign, name.ends_with([' ', '\t']));
        let length = value_length(&text[start..], sign);
        if length > 0 {
            shown.push_str(&text[done..start]);
            shown.push_str(HIDDEN);
            done = start + length;
            from = done;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(shown + &text[done..]) }
}

fn next_sign(text: &str, from: usize) -> Option<(usize, &'static str)> {
    text[from..].match_indices(['=', ':', '%']).find_map(|(at, _)| {
        let sign = SIGNS.into_iter().find(|sign| text[from + at..].starts_with(sign))?;
        Some((from + at, sign))
    })
}

/// The name that a text ends with. Percent-encoded JSON has it in quotes.
fn name_at_end(text: &str) -> &str {
    let name = text.trim_end();
    let name = name.strip_suffix("%22").unwrap_or(name);
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let Some((at, separator)) = name.char_indices().rev().find(|(_, c)| !is_part(*c)) else { return name };
    let name = &name[at + separator.len_utf8()..];
    // The digits of `%26` or `%22` are no part of it.
    if separator == '%' { name.get(2..).unwrap_or_default() } else { name }
}

/// How much stands before the value: spaces, and what Rust's `Debug` writes around it.
fn before_value(text: &str, sign: &str, is_spaced: bool) -> usize {
    let value = match sign {
        ":" => text.trim_start(),
        "=" => {
            let value = text.trim_start_matches([' ', '\t']);
            // Of `token= user=ada` the value is empty.
            if is_spaced || value.starts_with(['"', '\'', '\\']) { value } else { text }
        }
        _ => text.trim_start_matches("%20").trim_start_matches('+'),
    };
    text.len() - value.strip_prefix("Some(").unwrap_or(value).len()
}

/// How long the value is that a text begins with.
fn value_length(text: &str, sign: &str) -> usize {
    if sign.len() > 1 {
        return encoded_length(text);
    }
    let scheme = scheme(text);
    let value = &text[scheme..];
    let ends = if sign == ":" && scheme == 0 { ":\"',;&(){}[]\\" } else { "&#;,\"'\\<>" };
    let up_to_end = || value.find(|c: char| c.is_whitespace() || ends.contains(c)).unwrap_or(value.len());
    scheme + quoted(value).unwrap_or_else(up_to_end)
}

/// How long the name of an authorization's scheme is that a value begins with.
fn scheme(text: &str) -> usize {
    let is_start = |known: &&str| text.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    ["bearer ", "basic "].iter().find(|known| is_start(known)).map_or(0, |known| known.len())
}

/// How long the value is that a percent-encoded text begins with: a string, an object, or up to what ends others.
fn encoded_length(text: &str) -> usize {
    let is_nested = ["%7B", "%7b", "%5B", "%5b"].iter().any(|bracket| text.starts_with(bracket));
    let is_string = text.starts_with("%22");
    let others = ["%26", "%2C", "%2c", "%7D", "%7d", "%22"];
    for (at, sign) in text.char_indices().skip(if is_string { 3 } else { 0 }) {
        if sign.is_whitespace() || "&#;,\"'\\<>".contains(sign) {
            return at;
        }
        let rest = &text[at..];
        if is_string && rest.starts_with("%22") && !text[..at].ends_with("%5C") && !text[..at].ends_with("%5c") {
            return at + "%22".len();
        }
        if !is_string && !is_nested && sign == '%' && others.iter().any(|end| rest.starts_with(end)) {
            return at;
        }
    }
    text.len()
}
