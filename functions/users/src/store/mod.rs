//! DynamoDB: the tables of users, of their events, of their sessions, of failed logins, of sources and of counts.

mod active_sessions;
mod erasures;
mod kept_data;
mod logins;
mod mail_requests;
mod mail_tokens;
mod mails;
mod password_resets;
mod profile_change;
mod registrations;
mod remains;
#[cfg(test)]
mod session_fixture;
mod session_list;
mod sessions;
mod source_limit;
mod user_count;
mod user_events;
mod user_list;
mod users;

use serde::de::DeserializeOwned;
use tables::{Item, StoreError};

pub use active_sessions::{ActiveSessions, Refreshed};
pub use erasures::Erasures;
pub use kept_data::KeptData;
pub use logins::{AcceptError, Guess, GuessOutcome, Logins, mark_confirmed, mark_registered, stored_user};
pub use mail_requests::{MailRequests, REQUEST_KEPT_SECONDS};
#[cfg(test)]
use mails::address_owner;
pub use mails::{Claim, Claimed, Mails, NewMail};
pub use password_resets::PasswordResets;
pub use registrations::{InsertError, Registrations};
pub use remains::Remains;
pub use session_list::SessionList;
pub use sessions::Sessions;
pub use source_limit::SourceLimit;
pub use user_count::user_count;
pub use user_events::UserEvents;
pub use user_list::UserList;
pub use users::{ChangeError, RoleError, Users};

/// Reads an item, if there is one.
fn parse<T: DeserializeOwned>(item: Option<Item>) -> Result<Option<T>, StoreError> {
    Ok(item.map(serde_dynamo::from_item).transpose()?)
}
