//! Reading a record of the stream of the products' table.

use std::collections::HashMap;

use events::stream::Images;
use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::value::RawValue;

use crate::domain::index::Target;
use crate::domain::product::Product;

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not a stream record with new and old images.
    #[error("it is not a stream record with new and old images")]
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

/// The id of the changed product and the target of its new revision; `None` if only its stock changed.
///
/// # Errors
/// [`Unreadable`]
pub fn read_record(raw: &RawValue) -> Result<Option<(String, Target)>, Unreadable> {
    let Record { dynamodb: Images { new_image, old_image } } = serde_json::from_str(raw.get())?;
    let revision = |image: &Option<HashMap<String, AttributeValue>>| image.as_ref()?.get("revision").cloned();
    if revision(&new_image).is_some() && revision(&new_image) == revision(&old_image) {
        return Ok(None);
    }
    match (new_image, old_image) {
        (Some(image), _) => {
            let product: Product = serde_dynamo::from_item(image)?;
            Ok(Some((product.id.clone(), Target::of(&product))))
        }
        (None, Some(image)) => {
            let product: Product = serde_dynamo::from_item(image)?;
            Ok(Some((product.id, Target::removed(product.revision))))
        }
        (None, None) => Ok(None),
    }
}
