//! Values that can't be built invalid, state machines and rules. Nothing here knows AWS.

pub mod filter;
pub mod hold;
pub mod hold_state;
pub mod id;
pub mod index;
pub mod product;
#[cfg(test)]
mod properties;
pub mod reservation;
pub mod sale_state;
pub mod sort;
pub mod stock;
pub mod stock_event;
pub mod text;
pub mod version;
pub mod words;
