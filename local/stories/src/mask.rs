//! Hiding what nobody should read over a shoulder: passwords, tokens, keys.

mod assignments;
mod expressions;
mod markup;
mod members;
mod text;
mod urls;

use std::borrow::Cow;

use serde_json::Value;

/// What stands for a hidden value.
pub const HIDDEN: &str = "•••";

/// A member is hidden if its name has one of these in it, whatever the case and the word separators.
const NAMES: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "token",
    "jwt",
    "secret",
    "credential",
    "privatekey",
    "apikey",
    "authorization",
    "cookie",
    "signature",
    "sessionid",
];

/// Last words of names that tell about a secret and hold none: `tokenExpiresAt`, `token_type`.
const TOLD: [&str; 5] = ["at", "seconds", "type", "kind", "count"];

/// How deep JSON inside strings of JSON is looked into.
const DEEPEST: usize = 5;

/// A text with its secrets hidden. JSON stays JSON; a text without secrets stays as it is.
pub fn masked(text: &str) -> Cow<'_, str> {
    masked_within(text, DEEPEST)
}

fn masked_within(text: &str, depth: usize) -> Cow<'_, str> {
    let start = text.trim_start();
    if depth > 0
        && start.starts_with(['{', '['])
        && let Ok(mut value) = serde_json::from_str::<Value>(text)
    {
        return if mask(&mut value, depth) { Cow::Owned(value.to_string()) } else { Cow::Borrowed(text) };
    }
    match members::masked(text) {
        Cow::Borrowed(text) => text::masked(text),
        Cow::Owned(text) => Cow::Owned(text::masked(&text).into_owned()),
    }
}

/// Hides secrets in a value, and says whether there are any.
pub(crate) fn mask(value: &mut Value, depth: usize) -> bool {
    match value {
        Value::String(text) => match masked_within(text, depth.saturating_sub(1)) {
            Cow::Owned(hidden) => {
                *text = hidden;
                true
            }
            Cow::Borrowed(_) => false,
        },
        // Each of them, not only the first with a secret.
        Value::Array(items) => items.iter_mut().fold(false, |any, item| mask(item, depth) | any),
        Value::Object(members) => {
            let values_are_hidden = expressions::mask(members);
            let names_a_secret =
                members.iter().any(|(name, member)| is_names_name(name) && member.as_str().is_some_and(is_secret));
            members.iter_mut().fold(values_are_hidden, |any, (name, member)| {
                if (is_secret(name) || names_a_secret && is_values_name(name)) && !member.is_null() {
                    *member = HIDDEN.into();
                    return true;
                }
                mask(member, depth) | any
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Hides secrets in a value that was read from a text.
pub(crate) fn mask_all(value: &mut Value) {
    let _ = mask(value, DEEPEST);
}

/// Whether an object's member of this name names what its `value` is.
fn is_names_name(name: &str) -> bool {
    ["name", "key"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_values_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("value")
}

fn is_secret(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    if TOLD.contains(&last) {
        return false;
    }
    let plain = words.concat();
    NAMES.iter().any(|secret| plain.contains(secret))
        // Not the hash key of a table.
        || last == "hash"
        || words.iter().any(|word| word == "otp")
        || words.windows(2).any(|pair| pair == ["x", "auth"])
}

/// The words of a name in lower case: those of `refreshHash`, `REFRESH_HASH` and `refresh-hash` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for sign in name.chars() {
        if (!sign.is_alphanumeric() || was_lower && sign.is_uppercase()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
        }
        was_lower = sign.is_lowercase() || sign.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `edited` with the values that are hidden in it taken from `original`.
pub(crate) fn unmasked(edited: &mut Value, original: &Value) {
    match (edited, original) {
        (Value::Object(edited), Value::Object(original)) => {
            for (name, member) in edited {
                if let Some(original) = original.get(name) {
                    unmasked(member, original);
                }
            }
        }
        (Value::Array(edited), Value::Array(original)) => {
            edited.iter_mut().zip(original).for_each(|(item, original)| unmasked(item, original));
        }
        (edited @ Value::String(_), original) if edited.as_str() == Some(HIDDEN) => *edited = original.clone(),
        (Value::String(edited), Value::String(original)) if edited.contains(HIDDEN) => {
            if masked_within(original, DEEPEST - 1) == edited.as_str() {
                edited.clone_from(original);
            } else if let (Ok(mut inner), Ok(original)) = (serde_json::from_str(edited), serde_json::from_str(original))
            {
                unmasked(&mut inner, &original);
                *edited = inner.to_string();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
