//! A user as far as mails need to know them.

use envelope::decode::{Decode, Fields, FromField, Reject, object_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::email::Email;

/// The user that a mail goes to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// The user's id.
    pub id: String,
    /// The address.
    pub email: Email,
    /// Whether the user has shown that they read mail to the address.
    #[serde(default)]
    pub email_verified: bool,
    /// How often all the user's sessions were ended.
    #[serde(default)]
    pub session_generation: u64,
    /// The mails that the user has asked for.
    #[serde(default)]
    pub mail: MailPreferences,
}

/// Which mails a user has asked for, besides those that are answers to a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPreferences {
    /// Mails about the user's orders.
    #[serde(default)]
    pub orders: bool,
}

impl Decode for MailPreferences {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { orders: fields.required("orders")? })
    }
}

impl FromField for MailPreferences {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        object_of(value)
    }
}

impl Recipient {
    /// Whether SES can write to the address: it takes no other local parts than of ASCII characters ("Email address format" in
    /// the Amazon SES documentation; it has no SMTPUTF8).
    pub fn is_reachable(&self) -> bool {
        self.email.as_str().is_ascii()
    }
}
