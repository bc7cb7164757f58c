//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod idempotency;
pub mod line;
pub mod order;
pub mod order_id;
pub mod placement;
pub mod shipping_address;
pub mod status;
pub mod view;
