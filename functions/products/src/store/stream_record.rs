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

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    const RECORDS: [&str; 3] = [
        r#"{"eventName":"INSERT","dynamodb":{"NewImage":{"id":{"S":"0197a1b2-0000-7000-8000-000000000000"},"name":{"S":"Désk lamp"},"description":{"S":""},"price":{"N":"1999"},"category":{"S":"home"},"stock":{"N":"7"},"isActive":{"BOOL":true},"createdAt":{"S":"2026-01-31T12:00:00.000Z"},"revision":{"N":"1"}}}}"#,
        r#"{"eventName":"REMOVE","dynamodb":{"OldImage":{"id":{"S":"p1"},"name":{"S":"x"},"description":{"S":"a\nb"},"price":{"N":"1"},"category":{"S":"c"},"stock":{"N":"18446744073709551615"},"isActive":{"BOOL":false},"createdAt":{"S":""},"revision":{"N":"18446744073709551615"},"l":{"L":[{"M":{}},{"NS":["1"]},{"B":"AA=="}]}}}}"#,
        r#"{"dynamodb":{"NewImage":{"revision":{"N":"2"}},"OldImage":{"revision":{"N":"2"}}}}"#,
    ];

    fn read(text: &str) -> Option<Result<Option<(String, Target)>, Unreadable>> {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        Some(read_record(raw))
    }

    #[test]
    fn the_records_to_spoil_are_read() {
        assert_eq!(RECORDS.map(|record| read(record).unwrap().unwrap().is_some()), [true, true, false]);
    }

    #[test]
    fn a_deletion_at_the_last_revision_is_read() {
        let (_, target) = read(RECORDS[1]).unwrap().unwrap().unwrap();
        assert_eq!(target, Target::removed(u64::MAX));
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_record_is_read_or_unreadable(text in prop_oneof![9 => spoiled(&RECORDS), 1 => texts()]) {
            if let Some(Ok(Some((id, _)))) = read(&text) {
                prop_assert!(text.contains("revision") && (id.is_empty() || text.contains("\"id\"")), "{text}");
            }
        }
    }
}
