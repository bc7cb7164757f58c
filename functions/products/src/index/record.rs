//! Reading the stream of the products' table.

use std::collections::HashMap;

use serde::Deserialize;
use serde_dynamo::AttributeValue;

use super::Wanted;
use crate::product::Product;

/// "Using AWS Lambda with Amazon DynamoDB": as much of the event as indexing needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamEvent {
    /// In the order of the stream.
    pub records: Vec<Record>,
}

/// One change of one item.
#[derive(Debug, Deserialize)]
pub struct Record {
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    new_image: Option<HashMap<String, AttributeValue>>,
    old_image: Option<HashMap<String, AttributeValue>>,
}

/// The product a record is about, and what its latest image wants; `None` if only its stock changed.
///
/// # Errors
/// [`serde_dynamo::Error`] if an image is no product.
pub fn wanted(record: Record) -> Result<Option<(String, Wanted)>, serde_dynamo::Error> {
    let Change { new_image, old_image } = record.dynamodb;
    let revision = |image: &Option<HashMap<String, AttributeValue>>| image.as_ref()?.get("revision").cloned();
    if revision(&new_image).is_some() && revision(&new_image) == revision(&old_image) {
        return Ok(None);
    }
    match (new_image, old_image) {
        (Some(image), _) => {
            let product: Product = serde_dynamo::from_item(image)?;
            Ok(Some((product.id.clone(), Wanted::by(&product))))
        }
        (None, Some(image)) => {
            let product: Product = serde_dynamo::from_item(image)?;
            Ok(Some((product.id, Wanted::by_removal(product.revision))))
        }
        (None, None) => Ok(None),
    }
}
