//! Texts as a story keeps them: cut, and counted.

use serde_json::Value;

/// The longest part of a title, a name or a detail that is kept, in bytes.
const LONGEST: usize = 1024;

/// What a text or a value takes beside its bytes: its place in a list that grows by doubling, and the allocation.
const BESIDE: usize = 80;

/// A title, a name or the like. One that is cut says so.
pub(crate) fn cut(text: &str) -> String {
    beginning(text, LONGEST)
}

/// The first `most` bytes of a text, and if that is not all of it, how long it is.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut cut = format!("{}… ({} bytes)", &text[..text.floor_char_boundary(most)], text.len());
    cut.shrink_to_fit();
    cut
}

/// A detail whose texts are cut.
pub(crate) fn cut_value(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > LONGEST => cut(&text).into(),
        Value::Array(items) => items.into_iter().map(cut_value).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, cut_value(member))).collect(),
        value => value,
    }
}

/// What a text takes that is kept by itself, in bytes.
pub(crate) fn bytes(text: &str) -> usize {
    BESIDE + text.len()
}

/// What a detail takes, in bytes.
pub(crate) fn bytes_of(value: &Value) -> usize {
    BESIDE
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(bytes_of).sum(),
            Value::Object(members) => members.iter().map(|(name, member)| bytes(name) + bytes_of(member)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
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
        assert_eq!(cut_value(json!({"key": [long], "n": 1})), json!({"key": [cut(&long)], "n": 1}));
    }
}
