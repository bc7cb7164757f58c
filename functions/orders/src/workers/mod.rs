//! Functions without a route: consumers, publishers, schedules, internal calls and operator's functions. A file for
//! each, named after its binary.

pub mod apply_stock_event;
pub mod erase_orders;
pub mod export_orders;
pub mod publish_orders;
