//! Who is calling: the claims of a token, the keys that sign it, and the identity it proves.
//!
//! Tokens are JWTs (RFC 7519) signed with HS256 for 24 hours. A [`Key`]'s id travels in the token's `kid`
//! header, so that a [`KeyRing`] of the current and the previous key verifies every token across a rotation.
//!
//! ```
//! use identity::{Identity, Key, KeyRing, Role};
//!
//! let key = Key::new("version-1", b"a secret of at least thirty-two bytes".to_vec())?;
//! let ring = KeyRing::new(key, None);
//! let token = ring.sign(identity::NewToken {
//!     id: "0197…", email: "ada@example.com", name: "Ada", role: Role::Customer, now: 1_800_000_000,
//! })?;
//! let ada: Identity = ring.verify(&token, 1_800_000_100)?;
//! assert_eq!(ada.role, Role::Customer);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod hs256;
mod key;
mod token;

pub use key::{Key, KeyRing, WeakKey};
pub use token::{AUDIENCE, ISSUER, InvalidToken, LIFETIME_SECONDS, NewToken, SignError};

use serde::{Deserialize, Serialize};

/// What an identity may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Buys.
    Customer,
    /// Runs the shop.
    Admin,
}

impl Role {
    /// Its name in tokens, tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        [Self::Customer, Self::Admin].into_iter().find(|role| role.as_str() == name).ok_or(UnknownRole)
    }
}

/// A role nobody can have.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("role must be customer or admin")]
pub struct UnknownRole;

/// A caller whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's id.
    pub id: String,
    /// The address they registered.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Their role when the token was signed.
    pub role: Role,
    /// When the token ends, in seconds since the epoch.
    pub expires_at: u64,
}
