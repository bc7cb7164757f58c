//! The lists of products, and where each one stands in the indexes of the products' table.

use crate::domain::sale_state::SaleState;
use crate::domain::text::Category;

/// The products of one state, of all categories or of one.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Whether they are for sale.
    pub state: SaleState,
    /// Their category; `None` for all of them.
    pub category: Option<&'a Category>,
}

/// The partition of all products of a state (attribute `listing`).
pub(super) fn partition_of(state: SaleState) -> &'static str {
    match state {
        SaleState::Active => "active",
        SaleState::Inactive => "inactive",
    }
}

/// The partition of a category's products of a state (attribute `categoryListing`).
pub(super) fn category_partition(state: SaleState, category: &Category) -> String {
    state.name(category.as_str())
}

impl Listing<'_> {
    /// The attribute that is the partition key of the indexes, and its value for this list.
    pub(super) fn partition(self) -> (&'static str, String) {
        match self.category {
            None => ("listing", partition_of(self.state).to_owned()),
            Some(category) => ("categoryListing", category_partition(self.state, category)),
        }
    }

    /// The index sorted by id, and so by time of creation.
    pub(super) fn index_by_time(self) -> &'static str {
        if self.category.is_none() { "newest" } else { "newest-of-category" }
    }

    /// The index sorted by price.
    pub(super) fn index_by_price(self) -> &'static str {
        if self.category.is_none() { "price" } else { "price-of-category" }
    }
}
