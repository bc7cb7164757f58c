//! Functions without a route: consumers, publishers, schedules, internal calls and operator's functions. A file for
//! each, named after its binary.

pub mod erase_requests;
pub mod index_products;
pub mod publish_products;
pub mod release_expired_reservations;
pub mod reserve_stock;
pub mod settle_reservation;
