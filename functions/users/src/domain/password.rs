//! Passwords and their hashes.

use std::fmt;

use envelope::decode::{FromField, Reject, string};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// bcrypt's cost factor: one hash takes about 0.3 s of a full CPU. (The OWASP Password Storage Cheat Sheet asks for at
/// least 10.)
const COST: u32 = 12;

/// A password to register with: 8 to 72 bytes, in Unicode's normalization form C. Two keyboards may send the same word in
/// different forms. bcrypt ignores everything after byte 72, so a longer password is refused instead of cut.
pub struct NewPassword(String);

/// A password to log in with. It can be any text, since it only has to match.
pub struct GivenPassword(String);

/// A bcrypt hash.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// bcrypt failed, for example because no random salt could be had.
    #[error("bcrypt failed")]
    Bcrypt(#[from] bcrypt::BcryptError),
    /// The thread that hashes panicked or was cancelled.
    #[error("the hashing thread failed")]
    Thread(#[from] tokio::task::JoinError),
}

impl NewPassword {
    /// Shortest password, in bytes.
    pub const MIN_BYTES: usize = 8;
    /// Longest password, in bytes: as many as bcrypt reads.
    pub const MAX_BYTES: usize = 72;

    /// Hashes the password, on a thread for blocking work.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn hash(self) -> Result<PasswordHash, HashError> {
        // `hash` cuts at 72 bytes, which no password here exceeds. (`non_truncating_hash` would refuse the 72nd.)
        let hash = tokio::task::spawn_blocking(move || bcrypt::hash(self.0, COST)).await??;
        Ok(PasswordHash(hash))
    }
}

impl GivenPassword {
    /// Whether the hash is of this password: of its normalization form C, or of the password as it was typed, which earlier
    /// versions hashed. Without a hash, the answer is no after the same amount of work: the time a login takes does not
    /// tell whether a user exists.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn matches(self, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        tokio::task::spawn_blocking(move || {
            let (hash, exists) = match hash {
                Some(hash) => (hash.0, true),
                None => (DUMMY_HASH.to_owned(), false),
            };
            let composed = nfc(&self.0);
            let typed = Some(self.0).filter(|typed| *typed != composed);
            for form in [Some(composed), typed].into_iter().flatten() {
                // `verify` ignores what follows byte 72, so a longer password must not match by its beginning.
                let fits = form.len() <= NewPassword::MAX_BYTES;
                if bcrypt::verify(&form, &hash)? && exists && fits {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await?
    }
}

/// A hash of the usual cost, of a random password that nobody knows.
const DUMMY_HASH: &str = "$2b$12$yHRN9qmnMu0FdsWZTJGXQ.m8cWq3vNIzSqVoihYV1mDHhGIwSjAfm";

fn nfc(password: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(password).into_owned()
}

impl FromField for NewPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = nfc(string(value)?);
        match password.len() {
            0 => Err(Reject::Missing),
            1..Self::MIN_BYTES => {
                Err(Reject::invalid("TOO_SHORT", format!("must be at least {} bytes", Self::MIN_BYTES)))
            }
            Self::MIN_BYTES..=Self::MAX_BYTES if password.contains('\0') => {
                Err(Reject::invalid("INVALID_FORMAT", "must not contain a NUL character"))
            }
            Self::MIN_BYTES..=Self::MAX_BYTES => Ok(Self(password)),
            _ => Err(Reject::invalid("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES))),
        }
    }
}

impl FromField for GivenPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = string(value)?;
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
    async fn a_password_is_the_same_composed_and_decomposed() {
        let hash = new("caf\u{e9} au lait").unwrap().hash().await.unwrap();
        assert!(given("cafe\u{301} au lait").matches(Some(hash.clone())).await.unwrap());
        assert!(!given("cafe au lait").matches(Some(hash)).await.unwrap());
        let hash = new("cafe\u{301} au lait").unwrap().hash().await.unwrap();
        assert!(given("caf\u{e9} au lait").matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_a_password_as_it_was_typed_still_matches() {
        let typed = "cafe\u{301} au lait";
        let hash = PasswordHash(bcrypt::hash(typed, 4).unwrap());
        assert!(given(typed).matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_is_not_cut_at_72_bytes() {
        let longest = "x".repeat(72);
        let hash = new(&longest).unwrap().hash().await.unwrap();
        assert!(given(&longest).matches(Some(hash.clone())).await.unwrap());
        assert!(!given(&format!("{longest}y")).matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn the_dummy_hash_has_the_usual_cost_and_matches_nothing() {
        assert!(DUMMY_HASH.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() == COST));
        assert!(!given("password").matches(None).await.unwrap());
    }

    #[test]
    fn what_is_printed_of_a_password_is_its_type() {
        let hash = PasswordHash(DUMMY_HASH.to_owned());
        let printed = format!("{:?} {:?} {hash:?}", new("correct horse").unwrap(), given("correct horse"));
        assert_eq!(printed, "NewPassword GivenPassword PasswordHash");
    }

    #[test]
    fn length_is_counted_in_bytes() {
        assert!(matches!(new("1234567"), Err(Reject::Invalid { code: "TOO_SHORT", .. })));
        assert!(new("12345678").is_ok());
        assert!(new(&"é".repeat(36)).is_ok());
        // What is hashed counts: letters of 2 bytes, not of 3.
        assert!(new(&"e\u{301}".repeat(36)).is_ok());
        assert!(matches!(new(&"e\u{301}".repeat(3)), Err(Reject::Invalid { code: "TOO_SHORT", .. })));
        assert!(matches!(new(&"é".repeat(37)), Err(Reject::Invalid { code: "TOO_LONG", .. })));
        assert!(matches!(new(""), Err(Reject::Missing)));
        assert!(matches!(new("12345678\0"), Err(Reject::Invalid { code: "INVALID_FORMAT", .. })));
    }
}
