//! An order's id.

use idempotency::IdempotencyKey;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUID (RFC 9562), lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(String);

impl OrderId {
    /// A new id, a UUIDv7.
    pub fn random() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// The id of the order that this customer places under this key: a UUIDv8 ("custom") of the SHA-256 of both. The same
    /// request sent again gets the same id, however far the first one got.
    pub fn of(customer: &str, key: &IdempotencyKey) -> Self {
        let mut hash = Context::new(&SHA256);
        // A key has no zero byte, so the first zero byte from the end is where the customer's id ends.
        hash.update(customer.as_bytes());
        hash.update(b"\0");
        hash.update(key.as_str().as_bytes());
        let hash = hash.finish();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_ref()[..16]);
        Self(Uuid::new_v8(bytes).to_string())
    }

    /// Reads an id from a client; `None` if it is no UUID, and so no order's id.
    pub fn parse(text: &str) -> Option<Self> {
        envelope::decode::uuid(text).map(Self)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(customer: &str, key: &str) -> OrderId {
        OrderId::of(customer, &IdempotencyKey::parse(key).unwrap())
    }

    #[test]
    fn one_customer_s_key_is_one_order() {
        assert_eq!(of("ada", "k1"), of("ada", "\"k1\""));
        assert_ne!(of("ada", "k1"), of("ada", "k2"));
        assert_ne!(of("ada", "k1"), of("bob", "k1"));
        assert_ne!(of("ada", "bk"), of("adab", "k"));
    }

    #[test]
    fn ids_are_uuids_of_versions_7_and_8() {
        let version = |id: &OrderId| Uuid::try_parse(id.as_str()).unwrap().get_version_num();
        assert_eq!(version(&OrderId::random()), 7);
        assert_eq!(version(&of("ada", "k1")), 8);
    }

    #[test]
    fn only_a_uuid_is_an_id() {
        let id = "01980c5e-0000-7000-8000-0000000000af";
        assert_eq!(OrderId::parse(id).unwrap().as_str(), id);
        assert_eq!(OrderId::parse(&id.to_uppercase()).unwrap().as_str(), id);
        for text in ["", "1", "health", &id.replace('-', ""), &format!("{{{id}}}"), &format!("urn:uuid:{id}")] {
            assert_eq!(OrderId::parse(text), None, "{text}");
        }
    }
}
