//! Texts as a story keeps them: cut, and counted.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

/// The longest part of a title, a name or a detail that is kept, in bytes.
const LONGEST: usize = 1024;

/// What a text or a value takes beside its bytes: its place in a list that grows by doubling, and the allocation.
const BESIDE: usize = 80;

/// A title, a name or the like. One that is cut says so.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    beginning(text, LONGEST)
}

/// The same of a text that nobody else needs.
pub(crate) fn cut_owned(text: String) -> String {
    if text.len() <= LONGEST { text } else { cut(&text).into_owned() }
}

/// The first `most` bytes of a text, and if that is not all of it, how long it is.
pub(crate) fn beginning(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return text.into();
    }
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(most)], text.len()).into()
}

/// Appends a detail as JSON, in which long texts are cut.
pub(crate) fn put_json(bytes: &mut Vec<u8>, value: &impl Serialize) {
    let start = bytes.len();
    if serde_json::to_writer(&mut *bytes, value).is_err() {
        bytes.truncate(start);
    }
    if bytes.len() - start > LONGEST {
        let value = cut_value(serde_json::from_slice(&bytes[start..]).unwrap_or_default());
        bytes.truncate(start);
        bytes.extend_from_slice(value.to_string().as_bytes());
    }
}

fn cut_value(value: Value) -> Value {
    match value {
        Value::String(text) => cut_owned(text).into(),
        Value::Array(items) => items.into_iter().map(cut_value).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, cut_value(member))).collect(),
        value => value,
    }
}

/// What a text takes that is kept by itself, in bytes.
pub(crate) fn bytes(text: &str) -> usize {
    BESIDE + text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_is_cut_says_so() {
        assert_eq!(cut("short"), "short");
        let long = "é".repeat(2_000);
        assert_eq!(cut(&long), format!("{}… (4000 bytes)", "é".repeat(512)));
        assert_eq!(beginning("aé", 2), "a… (3 bytes)");
        let mut bytes = b"key ".to_vec();
        put_json(&mut bytes, &json!({"key": [long], "n": 1}));
        assert_eq!(bytes, format!("key {}", json!({"key": [cut(&long)], "n": 1})).into_bytes());
    }
}
