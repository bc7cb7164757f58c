//! The texts of a product: name, category and description.

use envelope::decode::{FromField, FromQuery, Reject, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name: trimmed, not blank, one line, at most 200 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

/// A category, with the same rules as a [`Name`]. Categories that differ in case or spelling are different.
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

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Invalid {
    Blank,
    /// Longer than this many bytes.
    TooLong(usize),
    /// A control character where there may be none; with the message.
    ControlCharacter(&'static str),
}

impl From<Invalid> for Reject {
    fn from(invalid: Invalid) -> Self {
        match invalid {
            Invalid::Blank => Self::Missing,
            Invalid::TooLong(bytes) => Self::invalid("TOO_LONG", format!("must be at most {bytes} bytes")),
            Invalid::ControlCharacter(message) => Self::invalid("INVALID_FORMAT", message),
        }
    }
}

impl FromField for Name {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(line(string(value)?)?))
    }
}

impl FromField for Category {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(line(string(value)?)?))
    }
}

impl FromField for Description {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let text = bounded(string(value)?, DESCRIPTION_BYTES)?;
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Invalid::ControlCharacter("must be plain text").into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The query parameter `category`; a blank one filters nothing.
#[derive(Debug)]
pub struct CategoryParameter(pub Option<Category>);

impl FromQuery for CategoryParameter {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        match line(text) {
            Ok(category) => Ok(Self(Some(Category(category)))),
            Err(Invalid::Blank) => Ok(Self(None)),
            Err(_) => Err(("INVALID_VALUE", "is not what a category may be".to_owned())),
        }
    }
}

fn line(text: &str) -> Result<String, Invalid> {
    let text = bounded(text, LINE_BYTES)?;
    if text.is_empty() {
        return Err(Invalid::Blank);
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::ControlCharacter("must be one line of text"));
    }
    Ok(text.to_owned())
}

fn bounded(text: &str, bytes: usize) -> Result<&str, Invalid> {
    let text = text.trim();
    if text.len() > bytes { Err(Invalid::TooLong(bytes)) } else { Ok(text) }
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
        assert_eq!(Description::from_field(&json!(" \n")).unwrap(), Description::default());
    }

    #[test]
    fn a_description_may_have_lines() {
        assert_eq!(Description::from_field(&json!("a\r\n\tb\n")).unwrap().as_str(), "a\r\n\tb");
        assert!(Description::from_field(&json!("x".repeat(4_000))).is_ok());
        assert!(Description::from_field(&json!("x".repeat(4_001))).is_err());
        assert!(Description::from_field(&json!("a\0b")).is_err());
    }
}
