//! DynamoDB: the tables of products, of holds, and of the index that products are found by.

mod catalogue;
mod expiring_holds;
mod found;
mod holds;
mod listing;
mod listing_index;
mod matches;
mod page;
mod posting_block;
mod postings;
mod product_index;
mod products;
mod products_by_id;
mod sorted_lists;
mod sorted_search;
mod stock;
mod stream_record;
mod transition;

pub use catalogue::Catalogue;
pub use expiring_holds::ScanPosition;
pub use holds::{Created, Holds};
pub use listing::Listing;
pub use listing_index::ListingIndex;
pub use page::{ProductPage, Total};
pub use postings::Postings;
pub use product_index::ProductIndex;
pub use products::{Products, Saved};
pub use sorted_lists::SortedLists;
pub use stock::{StockError, StockLevel};
pub use stream_record::{Unreadable, read_record};
pub use transition::{Outcome, Settlement};

#[cfg(test)]
pub(crate) mod tests;
