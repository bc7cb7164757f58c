//! Functions with a route: a file for each, named after its binary.

pub mod list_notifications;
pub mod notifications_health;
pub mod read_notification;
