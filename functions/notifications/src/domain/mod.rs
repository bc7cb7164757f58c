//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod notification;
pub mod notification_id;
