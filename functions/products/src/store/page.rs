//! A page of a list, and how many products the whole list has.

use super::IdPage;
use crate::domain::filter::Filter;
use crate::domain::product::Product;

/// A page of a list.
#[derive(Debug, Default)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<Product>,
    /// Rows of the list that this page covers. It has fewer products if some no longer match: an index trails.
    pub rows: usize,
    /// The id after which the next page starts, if there is one or the budget ran out there.
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

/// The ids of one page, cut out of what was found.
pub(super) struct Slice {
    pub ids: Vec<String>,
    next: Option<String>,
}

impl Slice {
    /// The `limit` ids after the first `skip`.
    pub fn of(IdPage { ids, stopped_at }: IdPage, skip: usize, limit: usize) -> Self {
        let rest = ids.get(skip..).unwrap_or_default();
        let ids = rest[..rest.len().min(limit)].to_vec();
        let next = if rest.len() > limit { ids.last().cloned() } else { stopped_at };
        Self { ids, next }
    }

    /// The page with those of its products that still match.
    pub fn into_page(self, mut products: Vec<Product>, filter: &Filter) -> ProductPage {
        products.retain(|product| filter.still_matches(product));
        ProductPage { products, rows: self.ids.len(), next: self.next }
    }
}
