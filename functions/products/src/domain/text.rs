//! What a product's texts may be.

use envelope::decode::{FromField, FromQuery, Reject, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name: trimmed, not blank, one line, at most 200 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

/// What a product is listed under: a text as a [`Name`] is. Two that differ in anything are two categories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Category(String);

/// What a product is like: trimmed, of any number of lines, at most 4 000 bytes of UTF-8; blank if nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(String);

/// Bytes a name or a category has at most.
const LINE_BYTES: usize = 200;

/// Bytes a description has at most.
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

/// Why a text is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unfit {
    Blank,
    Longer(usize),
    NotPlain(&'static str),
}

impl From<Unfit> for Reject {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Blank => Self::Missing,
            Unfit::Longer(bytes) => Self::invalid("TOO_LONG", format!("must be at most {bytes} bytes")),
            Unfit::NotPlain(message) => Self::invalid("INVALID_FORMAT", message),
        }
    }
}

impl FromField for Name {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(line(text(value)?)?))
    }
}

impl FromField for Category {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Ok(Self(line(text(value)?)?))
    }
}

impl FromField for Description {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let text = bounded(text(value)?, DESCRIPTION_BYTES)?;
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Unfit::NotPlain("must be plain text").into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The category a client asks for; blank asks for none.
#[derive(Debug)]
pub struct CategoryText(pub Option<Category>);

impl FromQuery for CategoryText {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        match line(text) {
            Ok(category) => Ok(Self(Some(Category(category)))),
            Err(Unfit::Blank) => Ok(Self(None)),
            Err(_) => Err(("INVALID_VALUE", "is not what a category may be".to_owned())),
        }
    }
}

fn line(text: &str) -> Result<String, Unfit> {
    let text = bounded(text, LINE_BYTES)?;
    if text.is_empty() {
        return Err(Unfit::Blank);
    }
    if text.chars().any(char::is_control) {
        return Err(Unfit::NotPlain("must be one line of text"));
    }
    Ok(text.to_owned())
}

fn bounded(text: &str, bytes: usize) -> Result<&str, Unfit> {
    let text = text.trim();
    if text.len() > bytes { Err(Unfit::Longer(bytes)) } else { Ok(text) }
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
    fn a_blank_name_is_missing_and_a_blank_description_says_nothing() {
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
