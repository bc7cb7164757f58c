//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod error;
pub mod line;
pub mod new_order;
pub mod order;
pub mod order_id;
pub mod order_view;
#[cfg(test)]
mod properties;
pub mod shipping_address;
pub mod status;
