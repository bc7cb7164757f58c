//! Entity tags (RFC 9110, section 8.8.3).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::Serialize;

/// The part of a hash that is in a tag, in bytes.
const HASH_LENGTH: usize = 16;

/// A strong entity tag: it names one version of a resource.
///
/// It covers an answer's `data`, and never its `meta`, which differs in every answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of this `data`, as the envelope has it.
    ///
    /// # Errors
    /// `data` has no JSON (a map whose keys are not strings).
    pub fn of_data(data: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::of(&serde_json::to_vec(data)?))
    }

    /// The tag of these bytes: the first half of their SHA-256.
    pub(crate) fn of(data: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&digest(&SHA256, data).as_ref()[..HASH_LENGTH]))
    }

    /// A tag of a version's own name, of letters, digits and `.-_`.
    pub fn named(version: impl Into<String>) -> Self {
        Self(version.into())
    }

    /// The tag without its quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As in a header: in quotes.
impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::EntityTag;

    #[test]
    fn equal_bytes_have_one_tag_and_others_another() {
        let tag = EntityTag::of(b"{\"a\":1}");
        assert_eq!(tag, EntityTag::of(b"{\"a\":1}"));
        assert_ne!(tag, EntityTag::of(b"{\"a\":2}"));
        let text = tag.to_string();
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap();
        assert_eq!((inside, inside.len()), (tag.as_str(), 22));
        assert!(inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{text}");
    }
}
