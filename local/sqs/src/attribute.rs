//! Message attributes: the typed metadata a sender puts beside the body. SQS Developer Guide: "Amazon SQS message
//! attributes".

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Message attributes by name, in the order their digest takes them.
pub type Attributes = BTreeMap<String, Attribute>;

/// One message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, with an optional label after a dot (`Number.int`).
    pub data_type: String,
    /// Its value: bytes for `Binary`, text for the others.
    pub value: Value,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `StringValue`, of a `String` or a `Number`.
    Text(String),
    /// `BinaryValue`.
    Binary(Vec<u8>),
}

impl Attribute {
    /// An attribute of type `String`.
    pub fn string(value: impl Into<String>) -> Self {
        Self { data_type: "String".into(), value: Value::Text(value.into()) }
    }

    /// What it counts towards the size of a message, its name aside.
    pub(crate) fn bytes(&self) -> usize {
        let value = match &self.value {
            Value::Text(text) => text.len(),
            Value::Binary(bytes) => bytes.len(),
        };
        self.data_type.len() + value
    }
}

/// How the JSON protocol writes an attribute, and how it is kept on disk.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    data_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl From<Attribute> for Wire {
    fn from(attribute: Attribute) -> Self {
        let (string_value, binary_value) = match attribute.value {
            Value::Text(text) => (Some(text), None),
            Value::Binary(bytes) => (None, Some(BASE64_STANDARD.encode(bytes))),
        };
        Self { data_type: Some(attribute.data_type), string_value, binary_value }
    }
}

impl TryFrom<Wire> for Attribute {
    type Error = Error;

    fn try_from(wire: Wire) -> Result<Self, Error> {
        let refused = |why: &str| Error::InvalidParameterValue(why.into());
        let data_type = wire.data_type.ok_or_else(|| refused("Missing required parameter DataType"))?;
        let value = match (wire.string_value, wire.binary_value) {
            (Some(text), None) => Value::Text(text),
            (None, Some(base64)) => Value::Binary(
                BASE64_STANDARD.decode(base64).map_err(|_| refused("A BinaryValue must be Base64-encoded."))?,
            ),
            (None, None) => return Err(refused("A message attribute must contain a non-empty value.")),
            (Some(_), Some(_)) => {
                return Err(refused("A message attribute has either a StringValue or a BinaryValue, not both."));
            }
        };
        Ok(Self { data_type, value })
    }
}
