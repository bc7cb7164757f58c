//! Reading the stream of the products' table.

use std::collections::HashMap;

use events::stream::Images;
use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::value::RawValue;

use super::Wanted;
use crate::domain::product::Product;

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no record of a stream of new and old images.
    #[error("it is no record of a stream of new and old images")]
    Record(#[from] serde_json::Error),
    /// An image in it is not of a product.
    #[error("an image in it is not of a product")]
    Image(#[from] serde_dynamo::Error),
}

/// One change of one item.
#[derive(Deserialize)]
struct Record {
    dynamodb: Images,
}

/// The product a record is about, and what its latest image wants; `None` if only its stock changed.
///
/// # Errors
/// [`Unreadable`]
pub fn wanted(raw: &RawValue) -> Result<Option<(String, Wanted)>, Unreadable> {
    let Record { dynamodb: Images { new_image, old_image } } = serde_json::from_str(raw.get())?;
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
