//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod email;
pub mod failed_logins;
pub mod name;
pub mod password;
#[cfg(test)]
mod properties;
pub mod user;
