//! Hiding what nobody should read over a shoulder: passwords, tokens, keys.

mod members;
mod text;

use std::borrow::Cow;

use serde_json::Value;

/// What stands for a hidden value.
pub const HIDDEN: &str = "•••";

/// A member is hidden if its name has one of these in it, whatever the case and the word separators.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "token",
    "jwt",
    "secret",
    "credential",
    "privatekey",
    "apikey",
    "authorization",
    "cookie",
];

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
        Value::Object(members) => members.iter_mut().fold(false, |any, (name, member)| {
            if is_secret(name) && !member.is_null() {
                *member = HIDDEN.into();
                return true;
            }
            mask(member, depth) | any
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Hides secrets in a value that was read from a text.
pub(crate) fn mask_all(value: &mut Value) {
    let _ = mask(value, DEEPEST);
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    NAMES.iter().any(|secret| plain.contains(secret))
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
