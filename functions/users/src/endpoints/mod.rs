//! Functions with a route: a file for each, named after its binary.

pub mod change_password;
pub mod confirm_password_reset;
pub mod delete_session;
pub mod erase_me;
pub mod export_me;
pub mod get_jwks;
pub mod get_me;
pub mod list_sessions;
pub mod list_users;
pub mod login;
pub mod logout;
pub mod logout_all;
pub mod refresh_token;
pub mod register;
pub mod request_password_reset;
pub mod request_verification;
pub mod update_me;
pub mod users_health;
pub mod verify_email;
pub mod verify_token;
