//! Bearer tokens: their claims, the keys that sign them, and the identity that they prove.
//!
//! Tokens are JSON Web Tokens (RFC 7519), signed with Ed25519 (`EdDSA`, RFC 8037). Only a [`SigningKey`] signs; whoever
//! verifies has [`PublicKeys`] alone. The token's `kid` header names its key.
//!
//! ```
//! use identity::{Identity, NewToken, PublicKeys, Role, SigningKey};
//!
//! let key = SigningKey::derive("version-1", b"a secret of at least thirty-two bytes")?;
//! let token = key.sign(NewToken {
//!     id: "0197…", email: "ada@example.com", name: "Ada", role: Role::Customer, session_id: "0198…",
//!     lifetime: 900, now: 1_800_000_000,
//! })?;
//! let keys = PublicKeys { keys: vec![key.public().clone()] };
//! let ada: Identity = keys.verify(&token, 1_800_000_100)?;
//! assert_eq!(ada.role, Role::Customer);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod credentials;
mod ed25519;
#[cfg(test)]
mod properties;
mod public_key;
mod signing_key;
mod token;

pub use credentials::bearer_token;
pub use public_key::{NotAPublicKey, PublicKey, PublicKeys};
pub use signing_key::{SigningKey, SigningKeyError};
pub use token::{AUDIENCE, ISSUER, InvalidToken, NewToken, SignError, UnverifiedToken};

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
    /// Their role.
    pub role: Role,
    /// The id of their session.
    pub session_id: String,
    /// When the token expires, in seconds since the epoch.
    pub expires_at: u64,
}
