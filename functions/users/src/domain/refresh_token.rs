//! Refresh tokens: opaque to clients, used once, and kept as hashes only.
//!
//! A session's tokens form a chain: T₀ is random, and Tₙ₊₁ is the HMAC-SHA-256 of Tₙ under a random key of the session.
//! The session keeps that key and the SHA-256 of its current token. So a retry can get the same successor again although no
//! token is stored, and a token that was used long ago is told from a forged one: its chain leads to the current hash.
//! Neither what is stored nor a used token alone is enough to make a token.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use envelope::decode::{FromField, Reject};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use uuid::Uuid;

/// How often a session's token can be replaced, so that the chain of an old token is short enough to follow. Ninety days
/// have as many if a token is used every two and a half minutes.
const MAX_NUMBER: u32 = 50_000;

/// How long after its use a token still gets its successor again, in milliseconds: a client may not have had the answer.
const RETRY_WITHIN_MILLISECONDS: u64 = 10_000;

/// Length of a token before the email address: two UUIDs, a number and a secret.
const FIXED_BYTES: usize = 16 + 16 + 4 + 32;

/// The longest email address, in bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const LONGEST_EMAIL: usize = 254;

/// A refresh token, as a client presents it. Nothing in it is proved before [`TokenChain::judge`].
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Id of the user.
    pub user_id: Uuid,
    /// Id of the session.
    pub session_id: Uuid,
    /// The user's email address, which is the key of their item.
    pub email: String,
    /// How many tokens of the session came before.
    number: u32,
    /// What only the session's client knows.
    secret: Bytes,
}

/// What a session keeps of its refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenChain {
    /// The HMAC key that makes a token's successor.
    refresh_key: Bytes,
    /// Number of the current token.
    refresh_number: u32,
    /// SHA-256 of the current token's secret.
    refresh_hash: Bytes,
    /// When the current token was made, in milliseconds since the epoch.
    refreshed_at: u64,
}

/// What a presented token is to its session.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// The current one: its successor, and the chain after it.
    Current(Successor, TokenChain),
    /// The one before, used a moment ago: its successor is the current token.
    JustUsed(Successor),
    /// One that was used before. Somebody else may have it.
    Reused,
    /// The session never had it.
    Forged,
}

/// The secret and the number of a token's successor.
#[derive(Debug, PartialEq, Eq)]
pub struct Successor {
    number: u32,
    secret: Bytes,
}

/// Why a session could not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// A user's id is a UUID.
    #[error("the user's id is no UUID")]
    UserId(#[from] uuid::Error),
}

/// 32 bytes that must not get into a log. Stored as base64url.
#[derive(Clone, PartialEq, Eq)]
struct Bytes([u8; 32]);

impl TokenChain {
    /// A new chain, and its first token.
    ///
    /// # Errors
    /// [`BeginError::NoRandomness`]
    pub fn begin(now_milliseconds: u64) -> Result<(Self, Successor), BeginError> {
        let (key, secret) = (Bytes::random()?, Bytes::random()?);
        let chain =
            Self { refresh_key: key, refresh_number: 0, refresh_hash: secret.hash(), refreshed_at: now_milliseconds };
        Ok((chain, Successor { number: 0, secret }))
    }

    /// What a token is to this chain.
    pub fn judge(&self, token: &RefreshToken, now_milliseconds: u64) -> Presented {
        let Some(steps) = self.refresh_number.checked_sub(token.number) else { return Presented::Forged };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.refresh_key.0);
        let last = (0..steps).fold(token.secret.clone(), |secret, _| secret.successor(&key));
        if last.hash() != self.refresh_hash {
            return Presented::Forged;
        }
        let is_retry = now_milliseconds.saturating_sub(self.refreshed_at) <= RETRY_WITHIN_MILLISECONDS;
        match steps {
            0 if token.number < MAX_NUMBER => {
                let successor = Successor { number: token.number + 1, secret: last.successor(&key) };
                let chain = Self {
                    refresh_key: self.refresh_key.clone(),
                    refresh_number: successor.number,
                    refresh_hash: successor.secret.hash(),
                    refreshed_at: now_milliseconds,
                };
                Presented::Current(successor, chain)
            }
            1 if is_retry => Presented::JustUsed(Successor { number: self.refresh_number, secret: last }),
            _ => Presented::Reused,
        }
    }

    /// Number of the current token.
    pub fn number(&self) -> u32 {
        self.refresh_number
    }

    /// Hash of the current token's secret, as it is stored.
    pub fn hash(&self) -> String {
        self.refresh_hash.text()
    }

    /// When the current token was made, in milliseconds since the epoch.
    pub fn refreshed_at(&self) -> u64 {
        self.refreshed_at
    }
}

impl RefreshToken {
    /// The token of this session that a successor is.
    pub fn of(user_id: Uuid, session_id: Uuid, email: &str, successor: Successor) -> Self {
        let Successor { number, secret } = successor;
        Self { user_id, session_id, email: email.to_owned(), number, secret }
    }

    /// The text that a client is given.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(FIXED_BYTES + self.email.len());
        bytes.extend_from_slice(self.user_id.as_bytes());
        bytes.extend_from_slice(self.session_id.as_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.secret.0);
        bytes.extend_from_slice(self.email.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text that a client sent; `None` if no token is written so.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > (FIXED_BYTES + LONGEST_EMAIL).div_ceil(3) * 4 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (user_id, rest) = bytes.split_first_chunk::<16>()?;
        let (session_id, rest) = rest.split_first_chunk::<16>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (secret, email) = rest.split_first_chunk::<32>()?;
        Some(Self {
            user_id: Uuid::from_bytes(*user_id),
            session_id: Uuid::from_bytes(*session_id),
            email: String::from_utf8(email.to_vec()).ok().filter(|email| !email.is_empty())?,
            number: u32::from_be_bytes(*number),
            secret: Bytes(*secret),
        })
    }
}

/// `refreshToken` of a request: any text, as one that is no token is answered like one that no longer counts.
#[derive(Debug)]
pub struct GivenRefreshToken(pub Option<RefreshToken>);

impl FromField for GivenRefreshToken {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let text = String::from_field(value)?;
        Ok(Self(RefreshToken::parse(&text)))
    }
}

impl Bytes {
    fn random() -> Result<Self, BeginError> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).map_err(|_| BeginError::NoRandomness)?;
        Ok(Self(bytes))
    }

    fn hash(&self) -> Self {
        Self::of(digest::digest(&digest::SHA256, &self.0).as_ref())
    }

    fn successor(&self, key: &hmac::Key) -> Self {
        Self::of(hmac::sign(key, &self.0).as_ref())
    }

    /// A SHA-256 digest: always 32 bytes.
    fn of(digest: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest);
        Self(bytes)
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("not 32 bytes"))
    }
}

#[cfg(test)]
mod tests;
