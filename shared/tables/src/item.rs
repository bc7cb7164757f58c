//! Items and their attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item, or its key: attributes by name.
pub type Item = HashMap<String, AttributeValue>;

/// An attribute of type String (`S`).
pub fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// An attribute of type Number (`N`).
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A key of string attributes.
///
/// ```
/// assert_eq!(tables::key([("userId", "ada"), ("id", "42")])["id"], tables::string("42"));
/// ```
pub fn key<const ATTRIBUTES: usize>(attributes: [(&str, &str); ATTRIBUTES]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), string(value))).collect()
}
