//! Tokens (RFC 7519), taken apart and put together again: with the right key, a wrong one, or none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{hkdf, hmac};
use serde_json::Value;

use crate::aws::SigningKey;

/// A token without its signature.
#[derive(Debug, Clone)]
pub struct Token {
    /// `{"alg":"EdDSA","kid":…}`
    pub header: Value,
    /// `{"sub":…,"exp":…}`
    pub claims: Value,
}

impl Token {
    /// Takes a token apart.
    ///
    /// # Panics
    /// It is none.
    pub fn read(token: &str) -> Self {
        let [header, claims, _signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
        let part = |text| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
        Self { header: part(header), claims: part(claims) }
    }

    /// With a claim set.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// With a header parameter set, or taken out by null.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => drop(self.header.as_object_mut().unwrap().remove(name)),
            value => self.header[name] = value,
        }
        self
    }

    /// Named and signed as the user service would with this key.
    pub fn signed(self, key: &SigningKey) -> String {
        self.parameter("kid", key.id.as_str()).signed_as_it_is(&key.secret)
    }

    /// Signed with the key of a secret, whatever the header says.
    pub fn signed_as_it_is(&self, secret: &[u8]) -> String {
        let text = self.text();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(key_pair(secret).sign(text.as_bytes())))
    }

    /// Signed with HMAC-SHA-256, whatever the header says.
    pub fn authenticated(&self, secret: &[u8]) -> String {
        let text = self.text();
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// With something in place of a signature.
    pub fn with_signature(&self, signature: &str) -> String {
        format!("{}.{signature}", self.text())
    }

    fn text(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }
}

/// The public key of a secret, in base64url.
pub fn public_key(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key_pair(secret).public_key())
}

/// As docs/identity.md says: the seed is HKDF-SHA-256 of the secret.
fn key_pair(secret: &[u8]) -> Ed25519KeyPair {
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let mut seed = [0; 32];
    extracted.expand(&[b"jwt/EdDSA/Ed25519"], hkdf::HKDF_SHA256).unwrap().fill(&mut seed).unwrap();
    Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}
