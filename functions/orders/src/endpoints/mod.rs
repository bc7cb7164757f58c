//! Functions with a route: a file for each, named after its binary.

pub mod cancel_order;
pub mod create_order;
pub mod get_order;
pub mod list_orders;
pub mod orders_health;
