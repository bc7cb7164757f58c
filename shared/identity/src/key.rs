//! The keys that tokens are signed with.

use std::fmt;

use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::hs256;

/// A signing key and the id that names it in a token's `kid` header.
#[derive(Clone)]
pub struct Key {
    pub(crate) id: String,
    pub(crate) signing: EncodingKey,
    pub(crate) verifying: DecodingKey,
}

/// A secret too short to sign with.
#[derive(Debug, thiserror::Error)]
#[error(
    "the signing key has {found} bytes; HS256 needs at least {least} (RFC 7518, section 3.2)",
    least = Key::MIN_BYTES
)]
pub struct WeakKey {
    found: usize,
}

impl Key {
    /// The length of the shortest key: that of the hash (RFC 7518, section 3.2).
    pub const MIN_BYTES: usize = 32;

    /// A key from a secret and its version.
    ///
    /// # Errors
    /// [`WeakKey`] if the secret has under 32 bytes.
    pub fn new(id: impl Into<String>, secret: Vec<u8>) -> Result<Self, WeakKey> {
        if secret.len() < Self::MIN_BYTES {
            return Err(WeakKey { found: secret.len() });
        }
        hs256::install();
        Ok(Self {
            id: id.into(),
            signing: EncodingKey::from_secret(&secret),
            verifying: DecodingKey::from_secret(&secret),
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The current key, which signs, and the one before: both verify.
#[derive(Debug, Clone)]
pub struct KeyRing {
    pub(crate) current: Key,
    pub(crate) previous: Option<Key>,
}

impl KeyRing {
    /// A ring of Secrets Manager's `AWSCURRENT` and `AWSPREVIOUS`.
    pub fn new(current: Key, previous: Option<Key>) -> Self {
        Self { current, previous }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id)
    }
}
