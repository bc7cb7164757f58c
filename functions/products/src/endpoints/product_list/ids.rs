//! `ids`: the products with these ids, in place of a page.

use envelope::decode::FromQuery;
use envelope::{Failure, Pagination, Reply};
use tables::BATCH_KEYS;

use crate::domain::id;
use crate::domain::product::Product;
use crate::domain::sale_state::Shown;
use crate::store::Catalogue;

/// The query parameter `ids`: up to [`BATCH_KEYS`] ids, with commas between them. What no product's id can be names a product
/// that there is not.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::endpoints) struct Ids(Vec<String>);

impl FromQuery for Ids {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        let asked: Vec<&str> = text.split(',').filter(|id| !id.is_empty()).collect();
        if asked.len() > BATCH_KEYS {
            return Err(("TOO_MANY", format!("must be at most {BATCH_KEYS} ids")));
        }
        let mut ids = Vec::with_capacity(asked.len());
        for id in asked.into_iter().filter_map(id::parse) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(Self(ids))
    }
}

impl Ids {
    /// The products, in the order of their ids. Those that do not exist or are not shown are left out.
    ///
    /// # Errors
    /// [`tables::StoreError`]
    pub(super) async fn page(self, shown: Shown, catalogue: &Catalogue) -> Result<Reply, Failure> {
        let products = catalogue.with_ids(&self.0, shown).await?;
        let rows: Vec<_> = products.iter().map(Product::view).collect();
        let limit = u32::try_from(BATCH_KEYS).unwrap_or(u32::MAX);
        let pagination = Pagination::page(1, limit, rows.len(), false, rows.len() as u64);
        Reply::paginated("Products retrieved successfully", rows, pagination)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_their_order_and_once_each() {
        let (a, b) = ("01980000-0000-7000-8000-00000000000a", "01980000-0000-7000-8000-00000000000b");
        for (text, ids) in [
            (b.to_owned(), vec![b]),
            (format!("{b},{a}"), vec![b, a]),
            (format!("{b},{a},{}", b.to_uppercase()), vec![b, a]),
            (format!(",{a},,lamp,{{}},{b},"), vec![a, b]),
            (String::new(), vec![]),
        ] {
            assert_eq!(Ids::from_query(&text), Ok(Ids(ids.into_iter().map(str::to_owned).collect())), "{text}");
        }
    }

    #[test]
    fn a_hundred_ids_are_the_most() {
        let ids = |count| vec!["x"; count].join(",");
        assert!(Ids::from_query(&ids(100)).is_ok());
        let refused = Ids::from_query(&ids(101)).unwrap_err();
        assert_eq!(refused, ("TOO_MANY", "must be at most 100 ids".to_owned()));
    }
}
