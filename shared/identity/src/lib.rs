//! Bearer tokens: their claims, the keys that sign them, and the identity that they prove.
//!
//! Tokens are JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and valid for 24 hours. The token's `kid` header names
//! its [`Key`], so that a [`KeyRing`] of the current and the previous key verifies tokens from before a rotation too.
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

mod credentials;
mod hs256;
mod key;
#[cfg(test)]
mod properties;
mod token;

pub use credentials::bearer_token;
pub use key::{Key, KeyRing, WeakKey};
pub use token::{AUDIENCE, ISSUER, InvalidToken, LIFETIME_SECONDS, NewToken, SignError};

use serde::{Deserialize, Serialize};

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Anything for themselves.
    Customer,
    /// Anything that a customer may, and what is reserved for administrators.
    Admin,
}

impl Role {
    /// The name in tokens, tables and responses.
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

/// A name that is not a role's.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("role must be customer or admin")]
pub struct UnknownRole;

/// A user whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's id.
    pub id: String,
    /// Their email address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role when the token was signed.
    pub role: Role,
    /// When the token expires, in seconds since the epoch.
    pub expires_at: u64,
}
