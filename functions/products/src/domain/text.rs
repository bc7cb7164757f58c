//! The texts of a product: name, category and description.

use envelope::decode::{FromField, FromQuery, InvalidText, Reject, line, lines, string};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name: trimmed, one line that shows something, at most 200 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

/// A category, with the same rules as a [`Name`], in Unicode's normalization form C: `é` is one category whether it was
/// typed as one character or as two. Categories that differ in case or spelling are different.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Category(String);

/// A description: trimmed, any number of lines, at most 4 000 bytes of UTF-8, may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(String);

/// The longest name or category, in bytes.
const LINE_BYTES: usize = 200;

/// The longest description, in bytes.
const DESCRIPTION_BYTES: usize = 4_000;

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Category {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromField for Name {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(line(string(value)?, LINE_BYTES)?.to_owned()))
    }
}

impl FromField for Category {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(category(string(value)?)?)
    }
}

impl FromField for Description {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(lines(string(value)?, DESCRIPTION_BYTES)?.to_owned()))
    }
}

/// The query parameter `category`; a blank one filters nothing.
#[derive(Debug)]
pub struct CategoryParameter(pub Option<Category>);

impl FromQuery for CategoryParameter {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        match category(text) {
            Ok(category) => Ok(Self(Some(category))),
            Err(InvalidText::Blank) => Ok(Self(None)),
            Err(_) => Err(("INVALID_VALUE", "is not what a category may be".to_owned())),
        }
    }
}

fn category(text: &str) -> Result<Category, InvalidText> {
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    Ok(Category(line(&text, LINE_BYTES)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded_in_bytes() {
        assert_eq!(Name::from_field(&json!("  Desk lamp ")).unwrap().as_str(), "Desk lamp");
        assert!(Name::from_field(&json!("é".repeat(100))).is_ok());
        assert!(matches!(Name::from_field(&json!("é".repeat(101))), Err(Reject::Invalid { code: "TOO_LONG", .. })));
        assert!(matches!(Name::from_field(&json!("a\nb")), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })));
    }

    #[test]
    fn a_blank_name_is_missing_and_a_blank_description_is_empty() {
        assert!(matches!(Name::from_field(&json!(" \t")), Err(Reject::Missing)));
        assert!(matches!(Category::from_field(&json!("")), Err(Reject::Missing)));
        for text in ["\u{ad}", "\u{200b}\u{2060}", "\u{3164}", "\u{202e}"] {
            assert!(matches!(Name::from_field(&json!(text)), Err(Reject::Missing)), "{text:?}");
            assert!(matches!(Category::from_field(&json!(text)), Err(Reject::Missing)), "{text:?}");
            assert!(CategoryParameter::from_query(text).unwrap().0.is_none(), "{text:?}");
        }
        assert_eq!(Description::from_field(&json!(" \n")).unwrap(), Description::default());
    }

    #[test]
    fn a_line_has_no_separators_and_sets_no_direction() {
        for text in ["a\u{2028}b", "a\u{2029}b", "a\u{202e}b", "a\u{2067}b\u{2069}"] {
            for refused in [Name::from_field(&json!(text)).err(), Category::from_field(&json!(text)).err()] {
                assert!(matches!(refused, Some(Reject::Invalid { code: "INVALID_FORMAT", .. })), "{text:?}");
            }
        }
        assert!(Name::from_field(&json!("👩\u{200d}🔧 می\u{200c}خواهم")).is_ok());
    }

    #[test]
    fn a_category_is_the_same_composed_and_decomposed() {
        let composed = Category::from_field(&json!("Caf\u{e9}")).unwrap();
        assert_eq!(Category::from_field(&json!("Cafe\u{301}")).unwrap(), composed);
        assert_eq!(CategoryParameter::from_query("Cafe\u{301}").unwrap().0, Some(composed));
    }

    #[test]
    fn a_description_may_have_lines() {
        assert_eq!(Description::from_field(&json!("a\r\n\tb\n")).unwrap().as_str(), "a\r\n\tb");
        assert!(Description::from_field(&json!("x".repeat(4_000))).is_ok());
        assert!(Description::from_field(&json!("x".repeat(4_001))).is_err());
        assert!(Description::from_field(&json!("a\0b")).is_err());
    }
}
