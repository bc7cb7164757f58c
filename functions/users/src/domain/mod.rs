//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

mod common_passwords;
pub mod email;
pub mod failed_logins;
pub mod grantee;
pub mod guess_counts;
pub mod known_source;
pub mod limit;
pub mod mail;
pub mod mail_limit;
pub mod mail_token;
pub mod name;
pub mod password;
pub mod password_hash;
#[cfg(test)]
mod properties;
pub mod recipient;
pub mod refresh_token;
pub mod session;
pub mod source;
pub mod source_count;
pub mod user;
