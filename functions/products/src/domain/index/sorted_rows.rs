//! The lists by price and by name, and a product's rows in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::product::Product;
use crate::domain::sale_state::SaleState;
use crate::domain::sort::{name_key, name_position, price_position};
use crate::domain::text::Category;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortedBy {
    /// Price, and then id.
    Price,
    /// Name, and then id.
    Name,
}

/// A product's position in each of its sorted lists, by the list's name.
pub type Positions = BTreeMap<String, String>;

/// What each row has beside its position, so that a list can be filtered by price, or sorted anew, without reading products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKeys {
    /// The product's price in cents.
    pub price: u64,
    /// What the product's name is compared by.
    pub name: String,
}

/// The rows of one product: all have the same keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortedRows {
    /// Where the rows are.
    pub positions: Positions,
    /// What they have.
    pub keys: SortKeys,
}

impl SortedRows {
    /// The rows of a product: by price and by name, among all products of its state and among those of its category.
    pub fn of(product: &Product) -> Self {
        let state = SaleState::of(product);
        let keys = SortKeys { price: product.price.cents(), name: name_key(product) };
        let mut positions = Positions::new();
        for category in [None, Some(&product.category)] {
            positions.insert(list_name(SortedBy::Price, state, category), price_position(keys.price, &product.id));
            positions.insert(list_name(SortedBy::Name, state, category), name_position(&keys.name, &product.id));
        }
        Self { positions, keys }
    }
}

/// The name of a sorted list: of all products of a state, or those of one category. (No category is empty or has a line
/// break, so no two lists share a name.)
pub fn list_name(by: SortedBy, state: SaleState, category: Option<&Category>) -> String {
    let by = match by {
        SortedBy::Price => "price",
        SortedBy::Name => "name",
    };
    format!("{by}#{}", state.name(category.map_or("", Category::as_str)))
}
