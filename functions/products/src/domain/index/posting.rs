//! A word of a product.

use serde::{Deserialize, Serialize};

use crate::domain::text::Category;

/// What a posting has besides its word and its product, so that what is found can be filtered and sorted without reading
/// products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The product's price in cents.
    pub price: u64,
    /// The product's category.
    pub category: Category,
    /// What the product's name is compared by. (Postings that an earlier version wrote have none.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One product in the list of a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The product's id.
    pub id: String,
    /// Its price, category and name.
    #[serde(flatten)]
    pub facts: Facts,
}
