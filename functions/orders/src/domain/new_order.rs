//! The body of a request to place an order.

use envelope::decode::{Decode, Fields};
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::domain::line::{Line, Lines};
use crate::domain::shipping_address::ShippingAddress;

/// What a customer orders, with one line for each product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The lines.
    pub lines: Lines,
    /// Where to send the order.
    pub shipping_address: Option<ShippingAddress>,
}

impl Decode for NewOrder {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let lines = fields.required("items");
        let shipping_address = fields.optional("shippingAddress");
        Some(Self { lines: lines?, shipping_address: shipping_address? })
    }
}

impl NewOrder {
    /// SHA-256 of the content, in hexadecimal digits. Spaces, the order of keys and of lines, and a product's division
    /// into several lines make no difference. An address can be guessed from it: it goes nowhere but into the order.
    ///
    /// # Errors
    /// [`serde_json::Error`]
    pub fn fingerprint(&self) -> Result<String, serde_json::Error> {
        self.digest(self.shipping_address.as_ref())
    }

    /// As [`Self::fingerprint`], of the lines alone: what other services may keep.
    ///
    /// # Errors
    /// [`serde_json::Error`]
    pub fn lines_fingerprint(&self) -> Result<String, serde_json::Error> {
        self.digest(None)
    }

    fn digest(&self, shipping_address: Option<&ShippingAddress>) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Canonical<'a> {
            items: Vec<&'a Line>,
            #[serde(skip_serializing_if = "Option::is_none")]
            shipping_address: Option<&'a ShippingAddress>,
        }
        let mut items: Vec<&Line> = self.lines.as_slice().iter().collect();
        items.sort_by(|a, b| a.product_id.cmp(&b.product_id));
        let canonical = Canonical { items, shipping_address };
        let hash = digest(&SHA256, &serde_json::to_vec(&canonical)?);
        Ok(hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests;
