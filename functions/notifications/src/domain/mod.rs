//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod notifiable_event;
pub mod notification;
pub mod notification_id;
pub mod read_state;
