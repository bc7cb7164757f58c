//! The user service: who buys, and who runs the shop.
//!
//! A file per endpoint or event, each with the `main` of its binary; the domain in [`user`], [`email`],
//! [`password`] and [`name`]; DynamoDB in [`store`] and nowhere else.

pub mod authorize;
pub mod count;
pub mod email;
pub mod grant_role;
pub mod health;
pub mod list;
pub mod login;
pub mod me;
pub mod name;
pub mod password;
pub mod publish;
pub mod register;
pub mod store;
pub mod user;
pub mod verify;

/// What answers and events name this service.
pub const SERVICE: envelope::Service = envelope::Service { name: "user-service", version: env!("CARGO_PKG_VERSION") };
