//! A page of a list, and how many products the whole list has.

use super::found::Found;
use crate::domain::filter::Filter;
use crate::domain::product::Product;
use crate::domain::sort::{Sort, id_at};

/// A page of a list.
#[derive(Debug, Default)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<Product>,
    /// Rows of the list that this page covers. It has fewer products if some no longer match: an index trails.
    pub rows: usize,
    /// The position after which the next page starts, if there is one or the budget ran out there.
    pub next: Option<String>,
}

/// How many products match a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Exactly this many.
    Exact(u64),
    /// This many or more: counting stopped here.
    AtLeast(u64),
}

impl Total {
    /// The number, exact or not.
    pub fn count(self) -> u64 {
        match self {
            Self::Exact(count) | Self::AtLeast(count) => count,
        }
    }
}

/// The positions of one page, cut out of what was found.
pub(super) struct Slice {
    positions: Vec<String>,
    next: Option<String>,
}

impl Slice {
    /// The `limit` positions after the first `skip`.
    pub fn of(Found { positions: found, stopped_at }: Found, skip: usize, limit: usize) -> Self {
        let rest = found.get(skip..).unwrap_or_default();
        let positions = rest[..rest.len().min(limit)].to_vec();
        let next = if rest.len() > limit { positions.last().cloned() } else { stopped_at };
        Self { positions, next }
    }

    /// The ids of its products.
    pub fn ids(&self) -> Vec<String> {
        self.positions.iter().map(|position| id_at(position).to_owned()).collect()
    }

    /// The page with those of its products that still match and still have their position.
    pub fn into_page(self, mut products: Vec<Product>, filter: &Filter, sort: Sort) -> ProductPage {
        products.retain(|product| filter.still_matches(product) && self.positions.contains(&sort.position(product)));
        ProductPage { products, rows: self.positions.len(), next: self.next }
    }
}
