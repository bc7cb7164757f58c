//! Signs tokens, and reads and verifies them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::{Identity, PublicKey, PublicKeys, Role, SigningKey};

/// `iss` of every token.
pub const ISSUER: &str = "storefront/users";
/// `aud` of every token.
pub const AUDIENCE: &str = "storefront/api";

/// `typ` of every token (RFC 7519, section 5.1).
const TYPE: &str = "JWT";

/// The longest `kid`. A secret's version id has at most 64 characters ("GetSecretValue" in the Secrets Manager API
/// reference).
const MAX_KEY_ID_BYTES: usize = 64;

/// The registered claims (RFC 7519, section 4.1), those of an identity, and the session's id (`sid`, OpenID Connect
/// Front-Channel Logout, section 3).
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    email: String,
    name: String,
    role: Role,
    sid: String,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    nbf: Option<u64>,
    jti: String,
}

/// The parameters of a token's header that decide (RFC 7515, section 4.1).
#[derive(Deserialize)]
struct Parameters {
    alg: String,
    typ: String,
    kid: String,
    /// Extensions that a reader has to know. None is known here.
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

/// The one claim that is read from a token whose key is not known.
#[derive(Deserialize)]
struct Expiry {
    exp: u64,
}

/// A member that is there, even as null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
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
    /// Their role when the token is signed.
    pub role: Role,
    /// The id of the session that the token belongs to.
    pub session_id: &'a str,
    /// How long the token is valid, in seconds.
    pub lifetime: u64,
    /// The time of signing, in seconds since the epoch.
    pub now: u64,
}

/// A token that could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("could not sign a token")]
pub struct SignError(#[from] jsonwebtoken::errors::Error);

/// Why a token is invalid. A client is told whether it has expired, and no more.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// Its `kid` names no key that is known: it is forged, or its key was published after this process read them.
    #[error("token was signed with an unknown key")]
    UnknownKey,
    /// It has expired.
    #[error("token has expired")]
    Expired,
    /// It is not valid yet (`nbf`).
    #[error("token is not valid yet")]
    NotYetValid,
    /// Malformed, with another algorithm or type, or with an extension that is not known.
    #[error("token is malformed")]
    Malformed,
    /// A wrong signature, issuer or audience, or a claim is missing.
    #[error("token is invalid")]
    Rejected(#[from] jsonwebtoken::errors::Error),
}

impl NewToken<'_> {
    /// When the token expires, in seconds since the epoch.
    pub fn expires_at(&self) -> u64 {
        self.now.saturating_add(self.lifetime)
    }
}

impl SigningKey {
    /// Signs a token.
    ///
    /// # Errors
    /// [`SignError`] if the claims cannot be encoded.
    pub fn sign(&self, token: NewToken<'_>) -> Result<String, SignError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.public().id().to_owned());
        let claims = Claims {
            sub: token.id.to_owned(),
            email: token.email.to_owned(),
            name: token.name.to_owned(),
            role: token.role,
            sid: token.session_id.to_owned(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: token.now,
            exp: token.expires_at(),
            nbf: None,
            jti: Uuid::now_v7().to_string(),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.encoding)?)
    }
}

/// A token whose signature is not verified yet: nothing it says is proven.
#[derive(Debug)]
pub struct UnverifiedToken<'a> {
    text: &'a str,
    key_id: String,
}

impl<'a> UnverifiedToken<'a> {
    /// Reads the header of a token. It has to name EdDSA, the type `JWT` and a key, and may need no extension.
    ///
    /// # Errors
    /// [`InvalidToken::Malformed`]
    pub fn read(text: &'a str) -> Result<Self, InvalidToken> {
        let header = text.split('.').next().unwrap_or_default();
        let Parameters { alg, typ, kid, crit } = part(header)?;
        let is_ours = alg == "EdDSA" && typ == TYPE && crit.is_none();
        if !is_ours || kid.is_empty() || kid.len() > MAX_KEY_ID_BYTES {
            return Err(InvalidToken::Malformed);
        }
        Ok(Self { text, key_id: kid })
    }

    /// The id of the key that it says it was signed with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Whether it has expired by its own account. No key can make such a token valid, so none need be looked for.
    ///
    /// # Errors
    /// [`InvalidToken::Malformed`]
    pub fn has_expired(&self, now: u64) -> Result<bool, InvalidToken> {
        let claims = self.text.split('.').nth(1).unwrap_or_default();
        Ok(part::<Expiry>(claims)?.exp <= now)
    }

    /// Checks key, signature, issuer, audience, and the time (`now`, in seconds since the epoch).
    ///
    /// # Errors
    /// [`InvalidToken`]
    pub fn verify(&self, key: &PublicKey, now: u64) -> Result<Identity, InvalidToken> {
        if key.id() != self.key_id {
            return Err(InvalidToken::UnknownKey);
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        // Checked below against the caller's clock.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(self.text, &key.decoding(), &validation)?.claims;
        if claims.exp <= now {
            return Err(InvalidToken::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf > now) {
            return Err(InvalidToken::NotYetValid);
        }
        Ok(Identity {
            id: claims.sub,
            email: claims.email,
            name: claims.name,
            role: claims.role,
            session_id: claims.sid,
            expires_at: claims.exp,
        })
    }
}

impl PublicKeys {
    /// Verifies a token by the key that it names.
    ///
    /// # Errors
    /// [`InvalidToken`]. After [`InvalidToken::UnknownKey`], reading the keys again may help.
    pub fn verify(&self, token: &str, now: u64) -> Result<Identity, InvalidToken> {
        let token = UnverifiedToken::read(token)?;
        token.verify(self.find(token.key_id())?, now)
    }
}

/// A part of a token: JSON in base64url.
fn part<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, InvalidToken> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidToken::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| InvalidToken::Malformed)
}

#[cfg(test)]
mod tests;
