//! A word of a product.

use serde::{Deserialize, Serialize};

use crate::domain::text::Category;

/// What a posting has besides its word and its product, so that a search can filter without reading products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The product's price in cents.
    pub price: u64,
    /// The product's category.
    pub category: Category,
}

/// One product in the list of a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The product's id.
    pub id: String,
    /// Its price and category.
    #[serde(flatten)]
    pub facts: Facts,
}
