//! People's names.

use envelope::decode::{FromField, Reject, line, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name: trimmed, one line that shows something, at most 200 bytes of UTF-8.
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
        Ok(Self(line(string(value)?, Self::MAX_BYTES)?.to_owned()))
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
        for text in [" \t\n", "\u{ad}", "\u{200b}\u{3164}", "\u{202e}"] {
            assert!(matches!(Name::from_field(&json!(text)), Err(Reject::Missing)), "{text:?}");
        }
        for text in ["Ada\u{2028}L", "Ada\u{2029}L", "Ada\u{202e}L", "\u{2066}Ada\u{2069}"] {
            assert!(
                matches!(Name::from_field(&json!(text)), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })),
                "{text:?}"
            );
        }
        assert!(matches!(Name::from_field(&json!("a\nb")), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })));
        assert!(matches!(Name::from_field(&json!(7)), Err(Reject::Invalid { code: "INVALID_TYPE", .. })));
    }
}
