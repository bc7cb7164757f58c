//! Functions without a route: consumers, publishers, schedules, internal calls and operator's functions. A file for
//! each, named after its binary.

pub mod erase_notifications;
pub mod export_notifications;
pub mod notify;
