//! What the index should hold of a product.

use std::collections::BTreeSet;

use super::{Facts, SortedRows};
use crate::domain::product::Product;
use crate::domain::sale_state::SaleState;
use crate::domain::sort::name_key;

/// What the index should hold of one revision of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The product's revision. A removal counts as the one after the last edit.
    pub revision: u64,
    /// Whether the product is for sale.
    pub state: SaleState,
    /// The facts of its postings; `None` if the product was deleted, and so is not to be found.
    pub facts: Option<Facts>,
    /// The words it is found by, by the names they have for its state ([`SaleState::name`]).
    pub words: BTreeSet<String>,
    /// Its rows in sorted lists; `None` if the product was deleted.
    pub sorted: Option<SortedRows>,
}

impl Target {
    /// The target of a product.
    pub fn of(product: &Product) -> Self {
        let state = SaleState::of(product);
        let words = product.words().to_index().iter().map(|word| state.name(word)).collect();
        let (price, category) = (product.price.cents(), product.category.clone());
        let facts = Facts { price, category, name: Some(name_key(product)) };
        let sorted = Some(SortedRows::of(product));
        Self { revision: product.revision, state, facts: Some(facts), words, sorted }
    }

    /// The target of a product that was deleted at `revision`.
    pub fn removed(revision: u64) -> Self {
        Self {
            revision: revision.saturating_add(1),
            state: SaleState::Inactive,
            facts: None,
            words: BTreeSet::new(),
            sorted: None,
        }
    }
}
