//! What the shop's services say to each other and to their clients, each thing defined once.
//!
//! - [`codes`]: the error codes of the shop's API.
//! - [`export`]: the user service's calls for what the others keep about a user.
//! - [`hold_generation`]: which of an order's holds a message means.
//! - [`payloads`]: the data of each event, and the reasons that events give.
//! - [`reserve_stock`]: the order service's call to the product service.
//!
//! It depends on no service, and every service may depend on it. A service that is deployed meets others that are older
//! or newer for a while: a new field has to be optional, and a field that is no longer read stays until nobody sends it.

pub mod codes;
pub mod export;
pub mod hold_generation;
pub mod payloads;
#[cfg(test)]
mod properties;
pub mod reserve_stock;
