//! Users.

use contracts::payloads::UserCreated;
use envelope::decode::{Decode, Fields};
use envelope::{Role, timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password_hash::PasswordHash;
use crate::domain::recipient::MailPreferences;
use crate::domain::session::Account;

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
    /// Whether the user has shown that they read the mail sent to the address. (Users of earlier versions have not.)
    #[serde(default)]
    pub email_verified: bool,
    /// When the user registered: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// Hash of the password.
    pub password_hash: PasswordHash,
    /// How often all the user's sessions were ended. Sessions of an earlier generation are over.
    #[serde(default)]
    pub session_generation: u64,
    /// Id of the session that the latest change of the generation left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_session: Option<String>,
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
    /// [`User::email_verified`]
    #[serde(default)]
    pub email_verified: bool,
    /// The mails that the user asked for; `None` if they have not said, and in the list of users, which does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailPreferences>,
    /// [`User::created_at`]
    pub created_at: String,
}

/// What a user changes of their own profile. What is left out stays as it is.
#[derive(Debug, Serialize)]
pub struct ProfileChange {
    /// [`User::name`]
    pub name: Option<Name>,
    /// [`Profile::mail`]
    pub mail: Option<MailPreferences>,
}

impl Decode for ProfileChange {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let name = fields.optional("name");
        let mail = fields.optional("mail");
        Some(Self { name: name?, mail: mail? })
    }
}

impl ProfileChange {
    /// Whether a profile is as the change makes it.
    pub fn is_made(&self, profile: &Profile) -> bool {
        self.name.as_ref().is_none_or(|name| name.as_str() == profile.name.as_str())
            && self.mail.is_none_or(|mail| profile.mail == Some(mail))
    }
}

impl Profile {
    /// The profile after a change.
    #[must_use]
    pub fn changed(&self, change: &ProfileChange) -> Self {
        Self {
            name: change.name.as_ref().unwrap_or(&self.name).clone(),
            mail: change.mail.or(self.mail),
            ..self.clone()
        }
    }
}

impl User {
    /// A new user, with the role of a customer and an address that is not verified.
    pub fn register(email: Email, name: Name, password_hash: PasswordHash) -> Self {
        Self {
            id: Uuid::now_v7().to_string(),
            email,
            name,
            role: Role::Customer,
            email_verified: false,
            created_at: timestamp::now(),
            password_hash,
            session_generation: 0,
            kept_session: None,
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

    /// What the user's sessions and tokens need of them.
    pub fn account(&self) -> Account {
        Account {
            id: self.id.clone(),
            email: self.email.as_str().to_owned(),
            name: self.name.as_str().to_owned(),
            role: self.role,
            session_generation: self.session_generation,
            kept_session: self.kept_session.clone(),
        }
    }
}
