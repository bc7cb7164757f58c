//! What is kept of each product so that it can be found and counted: the domain of `index-products`.
//!
//! The index has a posting for each word of each product for sale, and counts of them. What it holds of one product
//! is written down in the product's [`Entry`], and every transaction moves postings, counts and entry together: the
//! entry always tells the truth. So it does not matter how often, in which order, how far or beside whom the
//! stream's records are worked off: each step goes from what is there to what the latest known image wants.

mod entry;
mod record;

pub use entry::{Entry, Facts, Posting, Step, Wanted};
pub use record::{Unreadable, wanted};
