//! The notification service: what happened to a user's account and orders, told to that user.
//!
//! A file per endpoint or event, each with the `main` of its binary; the domain in [`notification`] and
//! [`notification_id`]; DynamoDB in [`store`] and nowhere else.

pub mod health;
pub mod list;
pub mod notification;
pub mod notification_id;
pub mod notify;
pub mod read;
pub mod store;

/// What answers and events name this service.
pub const SERVICE: envelope::Service =
    envelope::Service { name: "notification-service", version: env!("CARGO_PKG_VERSION") };
