//! The orders' table in DynamoDB, keyed by the order's id, and its index of each customer's orders.

mod erasure;
#[cfg(test)]
pub(crate) mod fixture;
mod order_list;
mod orders;
#[cfg(test)]
mod tests;

pub use erasure::Erasure;
pub use order_list::{OrderList, Position};
pub use orders::{Applied, Inserted, Orders, StoredOrder};
