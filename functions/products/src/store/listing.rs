//! The lists of products for sale, and where each one stands in the indexes of the products' table.

use crate::domain::text::Category;

/// The partition of all products for sale (attribute `listing`).
pub(super) const ACTIVE: &str = "active";

/// Which products a list contains. Both contain only products for sale.
#[derive(Debug, Clone, Copy)]
pub enum Listing<'a> {
    /// Every product.
    All,
    /// The products of one category.
    Category(&'a Category),
}

impl<'a> Listing<'a> {
    /// The attribute that is the partition key of the indexes, and its value for this list.
    pub(super) fn partition(self) -> (&'static str, &'a str) {
        match self {
            Self::All => ("listing", ACTIVE),
            Self::Category(category) => ("categoryListing", category.as_str()),
        }
    }

    /// The index sorted by id, and so by time of creation.
    pub(super) fn index_by_time(self) -> &'static str {
        match self {
            Self::All => "newest",
            Self::Category(_) => "newest-of-category",
        }
    }

    /// The index sorted by price.
    pub(super) fn index_by_price(self) -> &'static str {
        match self {
            Self::All => "price",
            Self::Category(_) => "price-of-category",
        }
    }
}
