//! The address that an order is sent to.

use std::collections::BTreeMap;

use envelope::decode::{FromField, Reject, is_blank, sets_direction, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An address in whatever fields its country uses: an object of strings, with at most [`Self::MAX_BYTES`] of names and
/// values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShippingAddress(BTreeMap<String, String>);

impl ShippingAddress {
    /// Most bytes of all names and values together.
    pub const MAX_BYTES: usize = 2 * 1024;
}

/// Whether a character shows an address in another order or in other lines than a label has it.
fn misleads(c: char) -> bool {
    sets_direction(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

impl FromField for ShippingAddress {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let Value::Object(object) = value else { return Err(Reject::mistyped("an object of strings")) };
        let mut fields = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, value) in object {
            match string(value) {
                // DynamoDB refuses a nested attribute with an empty name.
                Ok(_) if is_blank(name) => {
                    return Err(Reject::invalid("INVALID_FORMAT", "must not have a field without a name"));
                }
                Ok(text) if name.chars().chain(text.chars()).any(misleads) => {
                    let message = "must neither set the direction of text nor have separators of lines or paragraphs";
                    problems.push((name.clone(), Reject::invalid("INVALID_FORMAT", message)));
                }
                Ok(text) => _ = fields.insert(name.clone(), text.to_owned()),
                Err(reject) => problems.push((name.clone(), reject)),
            }
        }
        if !problems.is_empty() {
            return Err(Reject::within(problems));
        }
        if fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > Self::MAX_BYTES {
            let message = format!("must be at most {} bytes of text", Self::MAX_BYTES);
            return Err(Reject::invalid("TOO_LONG", message));
        }
        Ok(Self(fields))
    }
}
