//! What the index holds of each product, so that products can be searched and counted.
//!
//! The index has a posting for each word of each product, [`SortedRows`] by price and by name, and totals. The [`Entry`] of a product records what
//! the index holds of it, and every transaction changes postings, totals and entry together, so the entry is always
//! right. That makes the stream's records safe to repeat, arrive out of order, stop midway or run concurrently: each
//! [`Step`] goes from what the entry records to the [`Target`] of the latest known revision.

mod entry;
mod posting;
#[cfg(test)]
mod races;
mod sorted_rows;
mod target;

pub use entry::{Counted, Entry, Step};
pub use posting::{Facts, Posting};
pub use sorted_rows::{Positions, SortKeys, SortedBy, SortedRows, list_name};
pub use target::Target;
