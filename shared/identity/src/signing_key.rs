//! The private keys that sign tokens.

use std::fmt;

use jsonwebtoken::EncodingKey;
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::{PublicKey, ed25519};

/// HKDF's `info`: names the purpose, so that whatever else is derived from the same secret is another key.
const INFO: &[u8] = b"jwt/EdDSA/Ed25519";

/// The length of a seed, in bytes (RFC 8032, section 5.1.5).
const SEED_BYTES: usize = 32;

/// A private key, and the public key that verifies what it signs.
#[derive(Clone)]
pub struct SigningKey {
    pub(crate) encoding: EncodingKey,
    public: PublicKey,
}

/// Why a secret makes no key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// It is too short to be random enough.
    #[error("the signing secret has {found} bytes; it needs at least {least}", least = SigningKey::MIN_SECRET_BYTES)]
    ShortSecret {
        /// The bytes it has.
        found: usize,
    },
    /// The key could not be derived.
    #[error("a signing key could not be derived")]
    Derivation,
}

impl From<ring::error::Unspecified> for SigningKeyError {
    fn from(_: ring::error::Unspecified) -> Self {
        Self::Derivation
    }
}

impl From<ring::error::KeyRejected> for SigningKeyError {
    fn from(_: ring::error::KeyRejected) -> Self {
        Self::Derivation
    }
}

impl SigningKey {
    /// The bytes of the shortest secret: as many as the key has.
    pub const MIN_SECRET_BYTES: usize = SEED_BYTES;

    /// The key of a secret and the secret's version: its seed is HKDF-SHA-256 (RFC 5869) of the secret, without a salt.
    ///
    /// # Errors
    /// [`SigningKeyError`]
    pub fn derive(id: impl Into<String>, secret: &[u8]) -> Result<Self, SigningKeyError> {
        if secret.len() < Self::MIN_SECRET_BYTES {
            return Err(SigningKeyError::ShortSecret { found: secret.len() });
        }
        let mut seed = [0; SEED_BYTES];
        Salt::new(HKDF_SHA256, &[]).extract(secret).expand(&[INFO], HKDF_SHA256)?.fill(&mut seed)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)?;
        ed25519::install();
        let public = PublicKey::new(id, pair.public_key().as_ref()).map_err(|_| SigningKeyError::Derivation)?;
        Ok(Self { encoding: EncodingKey::from_ed_der(&seed), public })
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.public.id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_is_no_key() {
        let error = SigningKey::derive("a", &[0; 31]).unwrap_err();
        assert_eq!(error.to_string(), "the signing secret has 31 bytes; it needs at least 32");
    }

    #[test]
    fn a_key_does_not_show_its_secret() {
        let key = SigningKey::derive("a", b"a secret of at least thirty-two bytes").unwrap();
        assert_eq!(format!("{key:?}"), r#"SigningKey { id: "a", .. }"#);
    }

    /// The expected key was computed with Python's `cryptography` (`HKDF`, `Ed25519PrivateKey`).
    #[test]
    fn a_secret_makes_the_key_that_the_documentation_says() {
        let key = SigningKey::derive("a", b"a secret of at least thirty-two bytes").unwrap();
        assert_eq!(key.public().x(), "N-qdLJ4eh_yXrLjXadHauapUKgHbzcpmOYJqFybHNEk");
    }
}
