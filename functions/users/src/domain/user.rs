//! A user.

use contracts::payloads::UserCreated;
use envelope::{Role, timestamp};
use identity::NewToken;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password::PasswordHash;

/// Someone who registered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// UUIDv7: ids sort by time.
    pub id: String,
    /// Unique among users.
    pub email: Email,
    /// What they are called.
    pub name: Name,
    /// What they may do.
    pub role: Role,
    /// When they registered: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// Of the password they chose.
    pub password_hash: PasswordHash,
}

/// A user as everyone may see them who may see them at all.
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
    /// A new customer.
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

    /// What others hear of their registration.
    pub fn created(&self) -> UserCreated {
        UserCreated {
            user_id: self.id.clone(),
            email: self.email.as_str().to_owned(),
            name: self.name.as_str().to_owned(),
        }
    }

    /// What a token of theirs says from now on.
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
