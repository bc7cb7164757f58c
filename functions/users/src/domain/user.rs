//! Users.

use contracts::payloads::UserCreated;
use envelope::{Role, timestamp};
use identity::NewToken;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password::PasswordHash;

/// A registered user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// A UUIDv7, so ids sort by time of registration.
    pub id: String,
    /// Email address, unique among users.
    pub email: Email,
    /// Full name.
    pub name: Name,
    /// What the user may do.
    pub role: Role,
    /// When the user registered: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// bcrypt hash of the password.
    pub password_hash: PasswordHash,
}

/// A user without the password hash: the fields that may be shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// [`User::id`]
    pub id: String,
    /// [`User::email`]
    pub email: Email,
    /// [`User::name`]
    pub name: Name,
    /// [`User::role`]
    pub role: Role,
    /// [`User::created_at`]
    pub created_at: String,
}

impl User {
    /// A new user, with the role of a customer.
    pub fn register(email: Email, name: Name, password_hash: PasswordHash) -> Self {
        Self {
            id: Uuid::now_v7().to_string(),
            email,
            name,
            role: Role::Customer,
            created_at: timestamp::now(),
            password_hash,
        }
    }

    /// The event data of the registration.
    pub fn created(&self) -> UserCreated {
        UserCreated {
            user_id: self.id.clone(),
            email: self.email.as_str().to_owned(),
            name: self.name.as_str().to_owned(),
        }
    }

    /// The claims of a token issued to the user now.
    pub fn token(&self) -> NewToken<'_> {
        NewToken {
            id: &self.id,
            email: self.email.as_str(),
            name: self.name.as_str(),
            role: self.role,
            now: timestamp::epoch_seconds(),
        }
    }
}
