//! The public keys that verify tokens, in the form of RFC 7517 and RFC 8037.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};

use crate::{InvalidToken, ed25519};

/// An Ed25519 public key and the id that names it in a token's `kid` header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Jwk", into = "Jwk")]
pub struct PublicKey {
    id: String,
    bytes: [u8; 32],
}

/// A set of public keys: a JWK Set (RFC 7517, section 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// The keys, in no order.
    pub keys: Vec<PublicKey>,
}

/// What is no Ed25519 public key.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("not an Ed25519 public key")]
pub struct NotAPublicKey;

/// A JSON Web Key (RFC 8037, section 2).
#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    kid: String,
    #[serde(rename = "use")]
    key_use: String,
    alg: String,
}

impl PublicKey {
    /// A key of its 32 bytes.
    ///
    /// # Errors
    /// [`NotAPublicKey`] if there are more or fewer.
    pub fn new(id: impl Into<String>, bytes: &[u8]) -> Result<Self, NotAPublicKey> {
        ed25519::install();
        Ok(Self { id: id.into(), bytes: bytes.try_into().map_err(|_| NotAPublicKey)? })
    }

    /// A key of its `x`: its bytes in base64url (RFC 8037, section 2).
    ///
    /// # Errors
    /// [`NotAPublicKey`]
    pub fn from_x(id: impl Into<String>, x: &str) -> Result<Self, NotAPublicKey> {
        Self::new(id, &URL_SAFE_NO_PAD.decode(x).map_err(|_| NotAPublicKey)?)
    }

    /// The `kid` of the tokens that it verifies.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its bytes in base64url.
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    pub(crate) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.bytes)
    }
}

impl PublicKeys {
    /// The key that a token names.
    ///
    /// # Errors
    /// [`InvalidToken::UnknownKey`]
    pub fn find(&self, id: &str) -> Result<&PublicKey, InvalidToken> {
        self.keys.iter().find(|key| key.id == id).ok_or(InvalidToken::UnknownKey)
    }
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: key.x(),
            kid: key.id,
            key_use: "sig".to_owned(),
            alg: "EdDSA".to_owned(),
        }
    }
}

impl TryFrom<Jwk> for PublicKey {
    type Error = NotAPublicKey;

    fn try_from(jwk: Jwk) -> Result<Self, NotAPublicKey> {
        let described = [jwk.kty, jwk.crv, jwk.key_use, jwk.alg];
        if described != ["OKP", "Ed25519", "sig", "EdDSA"] {
            return Err(NotAPublicKey);
        }
        Self::from_x(jwk.kid, &jwk.x)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The public key of RFC 8037, appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_set_is_what_the_standard_says() {
        let keys = PublicKeys { keys: vec![PublicKey::from_x("k1", X).unwrap()] };
        let written = serde_json::to_value(&keys).unwrap();
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "k1", "use": "sig", "alg": "EdDSA"});
        assert_eq!(written, json!({"keys": [key]}));
        assert_eq!(serde_json::from_value::<PublicKeys>(written).unwrap(), keys);
        assert!(keys.find("k1").is_ok() && matches!(keys.find("k2"), Err(InvalidToken::UnknownKey)));
    }

    #[test]
    fn what_is_no_such_key_is_refused() {
        let good = serde_json::to_value(PublicKey::from_x("k1", X).unwrap()).unwrap();
        for (member, value) in
            [("kty", "oct"), ("crv", "X25519"), ("alg", "HS256"), ("use", "enc"), ("x", "AAAA"), ("x", "!"), ("x", "")]
        {
            let mut key = good.clone();
            key[member] = Value::from(value);
            assert!(serde_json::from_value::<PublicKey>(key).is_err(), "{member} {value}");
        }
    }
}
