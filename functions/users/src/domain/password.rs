//! Passwords, and the hashes kept of them.

use std::fmt;

use envelope::decode::{FromField, Reject, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Work factor of every hash: about 0.3 s of a full CPU (OWASP Password Storage Cheat Sheet asks for at least 10).
const COST: u32 = 12;

/// A password someone chooses: 8 to 72 bytes. bcrypt reads no further than 72, so longer ones are refused
/// rather than cut.
pub struct NewPassword(String);

/// A password someone claims to have chosen: any text.
pub struct GivenPassword(String);

/// A bcrypt hash.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// Hashing failed: no memory, no randomness, or a thread that could not run.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// bcrypt's own.
    #[error("bcrypt failed")]
    Bcrypt(#[from] bcrypt::BcryptError),
    /// The thread that hashed.
    #[error("the hashing thread failed")]
    Thread(#[from] tokio::task::JoinError),
}

impl NewPassword {
    /// Bytes a password has at least.
    pub const MIN_BYTES: usize = 8;
    /// Bytes of a password that bcrypt reads.
    pub const MAX_BYTES: usize = 72;

    /// Hashes it, on a thread of its own: the work would hold up everything else.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn hash(self) -> Result<PasswordHash, HashError> {
        // Nothing is cut: a password is no longer than what bcrypt reads. (`non_truncating_hash` takes one byte less.)
        let hash = tokio::task::spawn_blocking(move || bcrypt::hash(self.0, COST)).await??;
        Ok(PasswordHash(hash))
    }
}

impl GivenPassword {
    /// Whether this password made the hash. Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn matches(self, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        tokio::task::spawn_blocking(move || {
            let (hash, exists) = match hash {
                Some(hash) => (hash.0, true),
                None => (NOBODYS.to_owned(), false),
            };
            // `verify` reads the first 72 bytes; a longer password is nobody's, and costs the same to refuse.
            let fits = self.0.len() <= NewPassword::MAX_BYTES;
            Ok(bcrypt::verify(&self.0, &hash)? && exists && fits)
        })
        .await?
    }
}

/// A hash of the same cost as every other, of a password that was thrown away.
const NOBODYS: &str = "$2b$12$yHRN9qmnMu0FdsWZTJGXQ.m8cWq3vNIzSqVoihYV1mDHhGIwSjAfm";

impl FromField for NewPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = text(value)?;
        match password.len() {
            0 => Err(Reject::Missing),
            1..Self::MIN_BYTES => {
                Err(Reject::invalid("TOO_SHORT", format!("must be at least {} bytes", Self::MIN_BYTES)))
            }
            Self::MIN_BYTES..=Self::MAX_BYTES if password.contains('\0') => {
                Err(Reject::invalid("INVALID_FORMAT", "must not contain a NUL character"))
            }
            Self::MIN_BYTES..=Self::MAX_BYTES => Ok(Self(password.to_owned())),
            _ => Err(Reject::invalid("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES))),
        }
    }
}

impl FromField for GivenPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = text(value)?;
        if password.is_empty() {
            return Err(Reject::Missing);
        }
        Ok(Self(password.to_owned()))
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword")
    }
}

impl fmt::Debug for GivenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenPassword")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(password: &str) -> Result<NewPassword, Reject> {
        NewPassword::from_field(&json!(password))
    }

    fn given(password: &str) -> GivenPassword {
        GivenPassword(password.to_owned())
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let hash = new("correct horse").unwrap().hash().await.unwrap();
        assert!(given("correct horse").matches(Some(hash.clone())).await.unwrap());
        assert!(!given("correct horsf").matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nothing_is_cut_at_72_bytes() {
        let longest = "x".repeat(72);
        let hash = new(&longest).unwrap().hash().await.unwrap();
        assert!(given(&longest).matches(Some(hash.clone())).await.unwrap());
        assert!(!given(&format!("{longest}y")).matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_hash_has_the_common_cost_and_matches_nothing() {
        assert!(NOBODYS.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() == COST));
        assert!(!given("password").matches(None).await.unwrap());
    }

    #[test]
    fn length_is_counted_in_bytes() {
        assert!(matches!(new("1234567"), Err(Reject::Invalid { code: "TOO_SHORT", .. })));
        assert!(new("12345678").is_ok());
        assert!(new(&"é".repeat(36)).is_ok());
        assert!(matches!(new(&"é".repeat(37)), Err(Reject::Invalid { code: "TOO_LONG", .. })));
        assert!(matches!(new(""), Err(Reject::Missing)));
        assert!(matches!(new("12345678\0"), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })));
    }
}
