//! Hashes of passwords.

use std::fmt;

use base64::engine::general_purpose::{self, GeneralPurpose, STANDARD};
use base64::{Engine, alphabet};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

/// bcrypt's cost factor: one hash takes about 0.3 s of a full CPU. (The OWASP Password Storage Cheat Sheet asks for at
/// least 10.)
const COST: u32 = 12;

/// Begins every new hash: passlib's `bcrypt_sha256`, version 2, of bcrypt 2b; its cost follows.
const PREFIX: &str = "$bcrypt-sha256$v=2,t=2b,r=";

const DUMMY: &str = "$bcrypt-sha256$v=2,t=2b,r=12$8Syrdy1xMj4lc6xtgBW1t.$CaNhlrQMOB/69avIRZL0ulfxkhv3Hta";

/// bcrypt's own base64.
const BCRYPT_BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, general_purpose::NO_PAD);

/// Longest password that bcrypt reads whole, in bytes.
const BCRYPT_MAX_BYTES: usize = 72;

/// A password's hash as it is stored: passlib's [`bcrypt_sha256`] version 2, or bcrypt's own, which earlier versions wrote.
///
/// bcrypt stops at byte 72, and may stop at NUL. What it gets here is therefore a digest in base64, of any password.
/// The digest's key is the salt, so that a plain SHA-256 of the password, as other leaked tables have it, can't be tried
/// in the password's place.
///
/// [`bcrypt_sha256`]: https://passlib.readthedocs.io/en/stable/lib/passlib.hash.bcrypt_sha256.html
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// bcrypt failed, for example because the stored hash is none.
    #[error("bcrypt failed")]
    Bcrypt(#[from] bcrypt::BcryptError),
    /// The stored hash is of another scheme than these two.
    #[error("the stored hash has an unknown format")]
    UnknownFormat,
    /// The operating system gave no random salt.
    #[error("no random salt could be had")]
    Random,
    /// The thread that hashes panicked or was cancelled.
    #[error("the hashing thread failed")]
    Thread(#[from] tokio::task::JoinError),
}

impl PasswordHash {
    /// A hash of the usual cost, of a random password that nobody knows: what to compare with where there is no user.
    pub(super) fn dummy() -> Self {
        Self(DUMMY.to_owned())
    }

    /// Hashes a password. It takes bcrypt's time: call it on a thread for blocking work.
    pub(super) fn of(password: &str) -> Result<Self, HashError> {
        let mut salt = [0; 16];
        SystemRandom::new().fill(&mut salt).map_err(|_| HashError::Random)?;
        let salt_text = BCRYPT_BASE64.encode(salt);
        let bcrypt = bcrypt::hash_with_salt(digest(password, &salt_text), COST, salt)?.to_string();
        let checksum = bcrypt.rsplit_once(&salt_text).ok_or(HashError::UnknownFormat)?.1;
        Ok(Self(format!("{PREFIX}{COST}${salt_text}${checksum}")))
    }

    /// Whether this is the hash of the password, which takes as long as hashing it.
    pub(super) fn is_of(&self, password: &str) -> Result<bool, HashError> {
        if let Some((salt, bcrypt)) = self.of_a_digest() {
            return Ok(bcrypt::verify(digest(password, salt), &bcrypt)?);
        }
        if !self.0.starts_with("$2") {
            return Err(HashError::UnknownFormat);
        }
        // bcrypt ignores what follows byte 72, and repeats a password with NUL between: neither may match by its beginning.
        let is_whole = password.len() <= BCRYPT_MAX_BYTES && !password.contains('\0');
        Ok(bcrypt::verify(password, &self.0)? && is_whole)
    }

    /// The hash as it is stored, for a condition that it is still the same.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an earlier version made the hash. The next login that knows the password should replace it.
    pub fn needs_renewal(&self) -> bool {
        !self.0.starts_with(&format!("{PREFIX}{COST}$"))
    }

    /// The salt as text, and the hash as bcrypt writes it; `None` if this is bcrypt's own hash.
    fn of_a_digest(&self) -> Option<(&str, String)> {
        let (cost, salt_and_checksum) = self.0.strip_prefix(PREFIX)?.split_once('$')?;
        let cost: u32 = cost.parse().ok()?;
        let (salt, checksum) = salt_and_checksum.split_once('$')?;
        Some((salt, format!("$2b${cost:02}${salt}{checksum}")))
    }
}

/// What bcrypt hashes: HMAC-SHA-256 of the password under the salt, in base64.
fn digest(password: &str, salt: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
    STANDARD.encode(hmac::sign(&key, password.as_bytes()))
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes that passlib 1.7.4 made.
    const OF_PASSLIB: [(&str, &str); 5] = [
        (
            "correct horse battery staple",
            "$bcrypt-sha256$v=2,t=2b,r=12$iQ8O/zdi/YtG6B0qVheDT.$dfkG4CPM0W2Ay6QEs8.8yMC1GY8ksZS",
        ),
        ("", "$bcrypt-sha256$v=2,t=2b,r=4$EfcTtubWET.FdMoHDGAg3.$RHZIbvURoW3O/c.B3xzeGjzQFReI2jS"),
        ("a\0b", "$bcrypt-sha256$v=2,t=2b,r=4$qzJkh8/4O5k5zwCvtqfp9.$CEEThr0dlgnWFFb1ocIGSZYrYrQC/x."),
        ("caf\u{e9} au lait", "$bcrypt-sha256$v=2,t=2b,r=4$BJPbyhICbkley9XTzFG0ne$eMXDzdureuy3s7auBPXU4MH6AeocAqy"),
        (
            "bcrypt reads seventy-two bytes of a password, and of this sentence it would not see the end",
            "$bcrypt-sha256$v=2,t=2b,r=4$ypO0FJK1pmXTJiD0bVTjcO$yS6bixnJzaZu1jS8r5abZVw5GpoAklu",
        ),
    ];

    #[test]
    fn passlibs_hashes_are_read() {
        for (password, hash) in OF_PASSLIB {
            let hash = PasswordHash(hash.to_owned());
            assert!(hash.is_of(password).unwrap(), "{password:?}");
            assert!(!hash.is_of(&format!("{password}x")).unwrap(), "{password:?}");
        }
    }

    #[test]
    fn a_new_hash_has_a_salt_of_its_own_and_needs_no_renewal() {
        let (one, two) = (PasswordHash::of("correct horse").unwrap(), PasswordHash::of("correct horse").unwrap());
        assert_ne!(one.0, two.0);
        for hash in [one, two, PasswordHash::dummy()] {
            let (salt, bcrypt) = hash.of_a_digest().unwrap();
            assert!(bcrypt.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() == COST), "{bcrypt}");
            assert_eq!((salt.len(), hash.needs_renewal()), (22, false));
        }
    }

    #[test]
    fn no_byte_is_cut_and_nul_is_one_of_them() {
        let long = "x".repeat(1_000);
        let hash = PasswordHash::of(&long).unwrap();
        assert!(hash.is_of(&long).unwrap());
        assert!(!hash.is_of(&long[1..]).unwrap());
        let hash = PasswordHash::of("abcd\0efgh").unwrap();
        assert!(hash.is_of("abcd\0efgh").unwrap());
        assert!(!hash.is_of("abcd").unwrap() && !hash.is_of("abcd\0efgi").unwrap());
    }

    #[test]
    fn a_hash_of_an_earlier_version_or_another_cost_is_read_and_needs_renewal() {
        let hash = PasswordHash(bcrypt::hash("abcd", 4).unwrap());
        assert!(hash.is_of("abcd").unwrap() && hash.needs_renewal());
        assert!(!hash.is_of("abcd\0abcd").unwrap());
        let longest = "x".repeat(BCRYPT_MAX_BYTES);
        let hash = PasswordHash(bcrypt::hash(&longest, 4).unwrap());
        assert!(hash.is_of(&longest).unwrap() && !hash.is_of(&format!("{longest}y")).unwrap());
        assert!(PasswordHash(OF_PASSLIB[1].1.to_owned()).needs_renewal());
        assert!(!PasswordHash(OF_PASSLIB[0].1.to_owned()).needs_renewal());
    }

    #[test]
    fn what_is_no_hash_matches_nothing() {
        let [sound, ..] = OF_PASSLIB.map(|(_, hash)| hash);
        for text in [
            "",
            "$2b$",
            "$2b$12$\u{e9}",
            "$bcrypt-sha256$2b,12$LrmaIX5x4TRtAwEfwJZa1.$2ehnw6LvuIUTM0iz4iz9hTxv21B6KFO",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
            &sound[..sound.len() - 1],
            &sound.replace("r=12", "r=99"),
            &sound.replace("r=12", "r=-1"),
            &sound.replace("v=2", "v=3"),
        ] {
            assert!(PasswordHash(text.to_owned()).is_of("correct horse battery staple").is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_printed_of_a_hash_is_its_type() {
        assert_eq!(format!("{:?}", PasswordHash::dummy()), "PasswordHash");
    }
}
