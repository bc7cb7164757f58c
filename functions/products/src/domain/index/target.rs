//! What the index should hold of a product.

use std::collections::BTreeSet;

use super::Facts;
use crate::domain::product::Product;

/// What the index should hold of one revision of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The product's revision. A removal counts as the one after the last edit.
    pub revision: u64,
    /// The facts of its postings; `None` if the product is not for sale, and so not to be found.
    pub facts: Option<Facts>,
    /// The words it is found by; empty if it is not for sale.
    pub words: BTreeSet<String>,
}

impl Target {
    /// The target of a product.
    pub fn of(product: &Product) -> Self {
        if !product.is_active {
            return Self { revision: product.revision, facts: None, words: BTreeSet::new() };
        }
        let words = product.words().to_index();
        let facts = Facts { price: product.price.cents(), category: product.category.clone() };
        Self { revision: product.revision, facts: Some(facts), words }
    }

    /// The target of a product that was deleted at `revision`.
    pub fn removed(revision: u64) -> Self {
        Self { revision: revision.saturating_add(1), facts: None, words: BTreeSet::new() }
    }
}
