//! `Idempotency-Key`: the name a client gives a request, so that sending it again does not do it again.

use envelope::decode::Problem;
use envelope::{Code, Failure};

/// The header (draft-ietf-httpapi-idempotency-key-header).
pub const HEADER: &str = "Idempotency-Key";

/// The response header that says that an answer was given before.
pub const REPLAYED: &str = "Idempotency-Replayed";

/// A key: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Bytes a key has at most.
    pub const MAX_BYTES: usize = 255;

    /// Reads the header's value: a string of RFC 9651 (`"8e03978e"`), as the draft has it, or the bare key that
    /// most clients send. Both spellings are the same key.
    ///
    /// # Errors
    /// 400 with what is wrong with it.
    pub fn parse(value: &str) -> Result<Self, Failure> {
        let value = value.trim_matches([' ', '\t']);
        let key = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted).ok_or_else(|| refused("INVALID_FORMAT", "must be one quoted string"))?,
            None => value.to_owned(),
        };
        match key.len() {
            0 => Err(refused("REQUIRED", "must not be empty; leave it out instead")),
            1..=Self::MAX_BYTES if key.bytes().all(is_printable) => Ok(Self(key)),
            1..=Self::MAX_BYTES => Err(refused("INVALID_FORMAT", "must be printable ASCII")),
            _ => Err(refused("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES))),
        }
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The text of a string whose opening quote is read already (RFC 9651, section 4.2.5).
fn unquoted(quoted: &str) -> Option<String> {
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next().filter(|c| matches!(c, '"' | '\\'))?),
            character => text.push(character),
        }
    }
}

fn refused(code: &'static str, message: impl Into<String>) -> Failure {
    let problem = Problem { field: HEADER.to_owned(), code, message: message.into() };
    Failure::validation(Code::InvalidFields, "Validation failed").detail("fields", [problem])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(value: &str) -> String {
        IdempotencyKey::parse(value).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_key_is_read_bare_or_quoted() {
        assert_eq!(key("8e03978e-40d5"), "8e03978e-40d5");
        assert_eq!(key("\"8e03978e-40d5\""), "8e03978e-40d5");
        assert_eq!(key(r#" "a \"b\" \\c" "#), r#"a "b" \c"#);
        assert_eq!(key(&"x".repeat(255)).len(), 255);
        assert_eq!(key(&format!("\"{}\"", "x".repeat(255))).len(), 255);
    }

    #[test]
    fn any_other_value_is_refused() {
        for (value, code) in [
            ("", "REQUIRED"),
            ("\"\"", "REQUIRED"),
            ("\"open", "INVALID_FORMAT"),
            ("\"a\"b", "INVALID_FORMAT"),
            (r#""a\n""#, "INVALID_FORMAT"),
            ("a\u{7f}", "INVALID_FORMAT"),
            ("schlüssel", "INVALID_FORMAT"),
            (&"x".repeat(256), "TOO_LONG"),
        ] {
            let failure = IdempotencyKey::parse(value).unwrap_err();
            assert_eq!((failure.code(), failure.message()), (Code::InvalidFields, "Validation failed"));
            assert_eq!(failure.details()["fields"][0]["field"], json!("Idempotency-Key"));
            assert_eq!(failure.details()["fields"][0]["code"], json!(code), "{value:?}");
        }
    }
}
