//! People's names.

use envelope::decode::{FromField, Reject, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name: trimmed, not blank, one line, at most 200 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 200;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromField for Name {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let name = string(value)?.trim();
        if name.is_empty() {
            return Err(Reject::Missing);
        }
        if name.len() > Self::MAX_BYTES {
            return Err(Reject::invalid("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES)));
        }
        if name.chars().any(char::is_control) {
            return Err(Reject::invalid("INVALID_FORMAT", "must be one line of text"));
        }
        Ok(Self(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded_in_bytes() {
        assert_eq!(Name::from_field(&json!("  Ada Lovelace ")).unwrap().as_str(), "Ada Lovelace");
        assert!(Name::from_field(&json!("é".repeat(100))).is_ok());
        assert!(Name::from_field(&json!("é".repeat(101))).is_err());
    }

    #[test]
    fn a_blank_name_is_missing_and_a_broken_one_refused() {
        assert!(matches!(Name::from_field(&json!(" \t\n")), Err(Reject::Missing)));
        assert!(matches!(Name::from_field(&json!("a\nb")), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })));
        assert!(matches!(Name::from_field(&json!(7)), Err(Reject::Invalid { code: "INVALID_TYPE", .. })));
    }
}
