//! The event that Lambda gives to a function behind a DynamoDB stream ("Using AWS Lambda with Amazon DynamoDB").
//!
//! `aws_lambda_events` has a type for it, but reads the whole batch at once: one malformed record would fail all of
//! them, and then forever, since a stream delivers a failed batch again.

use std::collections::HashMap;

use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::value::RawValue;

/// A batch of records. By default a record stays raw JSON until the function reads it, each on its own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamEvent<R = Box<RawValue>> {
    /// The records, in the order of the stream.
    pub records: Vec<R>,
}

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EventName {
    /// The item is new.
    Insert,
    /// The item was changed.
    Modify,
    /// The item was deleted.
    Remove,
}

/// An item before and after the change, of a stream that shows both (`NEW_AND_OLD_IMAGES`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Images {
    /// The item as it is now; `None` if it was deleted.
    pub new_image: Option<HashMap<String, AttributeValue>>,
    /// The item as it was; `None` if it is new.
    pub old_image: Option<HashMap<String, AttributeValue>>,
}
