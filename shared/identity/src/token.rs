//! Signs and verifies tokens.

use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Identity, KeyRing, Role};

/// `iss` of every token.
pub const ISSUER: &str = "storefront/users";
/// `aud` of every token.
pub const AUDIENCE: &str = "storefront/api";
/// How long a token is valid, in seconds.
pub const LIFETIME_SECONDS: u64 = 24 * 60 * 60;

/// The registered claims (RFC 7519, section 4.1), and those of an identity.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    email: String,
    name: String,
    role: Role,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
}

/// The claims of a new token.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// The user's id.
    pub id: &'a str,
    /// Their email address.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their role, for as long as the token is valid.
    pub role: Role,
    /// The time of signing, in seconds since the epoch.
    pub now: u64,
}

/// A token that could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("could not sign a token")]
pub struct SignError(#[from] jsonwebtoken::errors::Error);

/// Why a token is invalid. A client is only told that it is.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// Its `kid` names no key of the ring: it is forged, or signed after a rotation that this process does not know of.
    #[error("token was signed with an unknown key")]
    UnknownKey,
    /// It has expired.
    #[error("token has expired")]
    Expired,
    /// Malformed, another algorithm, a wrong signature, issuer or audience, or a claim missing.
    #[error("token is invalid")]
    Rejected(#[from] jsonwebtoken::errors::Error),
}

impl KeyRing {
    /// Signs a token with the current key.
    ///
    /// # Errors
    /// [`SignError`] if the claims cannot be encoded.
    pub fn sign(&self, token: NewToken<'_>) -> Result<String, SignError> {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.current.id.clone());
        let claims = Claims {
            sub: token.id.to_owned(),
            email: token.email.to_owned(),
            name: token.name.to_owned(),
            role: token.role,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: token.now,
            exp: token.now + LIFETIME_SECONDS,
            jti: Uuid::now_v7().to_string(),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.current.signing)?)
    }

    /// Checks algorithm, key, signature, issuer, audience and expiry (at `now`, in seconds since the epoch).
    ///
    /// # Errors
    /// [`InvalidToken`]. After [`InvalidToken::UnknownKey`], reading the keys again may help.
    pub fn verify(&self, token: &str, now: u64) -> Result<Identity, InvalidToken> {
        let kid = jsonwebtoken::decode_header(token)?.kid.ok_or(InvalidToken::UnknownKey)?;
        let key = self.find(&kid).ok_or(InvalidToken::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        // Checked below against the caller's clock.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verifying, &validation)?.claims;
        if claims.exp <= now {
            return Err(InvalidToken::Expired);
        }
        Ok(Identity {
            id: claims.sub,
            email: claims.email,
            name: claims.name,
            role: claims.role,
            expires_at: claims.exp,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::Key;

    const NOW: u64 = 1_800_000_000;

    fn key(id: &str) -> Key {
        Key::new(id, format!("{id}: a secret of thirty-two bytes and more").into_bytes()).unwrap()
    }

    fn token(ring: &KeyRing) -> String {
        ring.sign(NewToken { id: "u1", email: "ada@example.com", name: "Ada", role: Role::Customer, now: NOW }).unwrap()
    }

    fn part(token: &str, index: usize) -> Value {
        let text = token.split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    }

    fn with_part(token: &str, index: usize, value: &Value) -> String {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        parts[index] = URL_SAFE_NO_PAD.encode(value.to_string());
        parts.join(".")
    }

    #[test]
    fn a_token_proves_who_it_was_signed_for() {
        let ring = KeyRing::new(key("a"), None);
        let identity = ring.verify(&token(&ring), NOW).unwrap();
        assert_eq!(identity.id, "u1");
        assert_eq!(identity.role, Role::Customer);
        assert_eq!(identity.expires_at, NOW + LIFETIME_SECONDS);
    }

    #[test]
    fn a_token_ends_after_a_day() {
        let ring = KeyRing::new(key("a"), None);
        let token = token(&ring);
        assert!(ring.verify(&token, NOW + LIFETIME_SECONDS - 1).is_ok());
        assert!(matches!(ring.verify(&token, NOW + LIFETIME_SECONDS), Err(InvalidToken::Expired)));
    }

    #[test]
    fn tokens_of_the_previous_key_outlive_one_rotation() {
        let old = KeyRing::new(key("a"), None);
        let token = token(&old);
        assert!(KeyRing::new(key("b"), Some(key("a"))).verify(&token, NOW).is_ok());
        let two_rotations = KeyRing::new(key("c"), Some(key("b")));
        assert!(matches!(two_rotations.verify(&token, NOW), Err(InvalidToken::UnknownKey)));
    }

    #[test]
    fn another_key_under_the_same_id_is_refused() {
        let forged = token(&KeyRing::new(Key::new("a", vec![7; 32]).unwrap(), None));
        assert!(matches!(KeyRing::new(key("a"), None).verify(&forged, NOW), Err(InvalidToken::Rejected(_))));
    }

    #[test]
    fn every_changed_claim_is_refused() {
        let ring = KeyRing::new(key("a"), None);
        let token = token(&ring);
        for (claim, value) in [
            ("sub", json!("u2")),
            ("role", json!("admin")),
            ("exp", json!(NOW * 2)),
            ("aud", json!("other")),
            ("iss", json!("other")),
        ] {
            let mut claims = part(&token, 1);
            claims[claim] = value;
            assert!(ring.verify(&with_part(&token, 1, &claims), NOW).is_err(), "{claim}");
        }
    }

    #[test]
    fn other_algorithms_are_refused() {
        let ring = KeyRing::new(key("a"), None);
        let token = token(&ring);
        for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
            let header = json!({"alg": algorithm, "typ": "JWT", "kid": "a"});
            let forged = with_part(&token, 0, &header);
            assert!(ring.verify(&forged, NOW).is_err(), "{algorithm}");
            let unsigned = format!("{}.", forged.rsplit_once('.').unwrap().0);
            assert!(ring.verify(&unsigned, NOW).is_err(), "{algorithm}, unsigned");
        }
    }

    #[test]
    fn properly_signed_tokens_of_another_issuer_or_audience_are_refused() {
        let ring = KeyRing::new(key("a"), None);
        let original = token(&ring);
        for claim in ["aud", "iss"] {
            let mut claims = part(&original, 1);
            claims[claim] = json!("another");
            let mut header = Header::new(Algorithm::HS256);
            header.kid = Some("a".to_owned());
            let token = jsonwebtoken::encode(&header, &claims, &key("a").signing).unwrap();
            assert!(matches!(ring.verify(&token, NOW), Err(InvalidToken::Rejected(_))), "{claim}");
        }
    }

    #[test]
    fn rubbish_is_refused() {
        let ring = KeyRing::new(key("a"), None);
        for rubbish in ["", ".", "..", "a.b.c", "é.é.é", &"x".repeat(100_000)] {
            assert!(ring.verify(rubbish, NOW).is_err());
        }
    }

    #[test]
    fn a_short_secret_is_no_key() {
        let error = Key::new("a", vec![0; 31]).unwrap_err();
        assert_eq!(error.to_string(), "the signing key has 31 bytes; HS256 needs at least 32 (RFC 7518, section 3.2)");
    }

    #[test]
    fn a_key_does_not_show_its_secret() {
        assert_eq!(format!("{:?}", key("a")), r#"Key { id: "a", .. }"#);
    }
}
