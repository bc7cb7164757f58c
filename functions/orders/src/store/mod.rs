//! DynamoDB: the orders' table, keyed by the order's id, and its index of a customer's orders.

mod order_list;
mod orders;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;

pub use order_list::{OrderList, Position};
pub use orders::{Changed, Inserted, Orders, Stored};
