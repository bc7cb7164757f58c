//! Functions with a route: a file for each, named after its binary.

pub mod get_me;
pub mod list_users;
pub mod login;
pub mod register;
pub mod users_health;
pub mod verify_token;
