//! A page of the products that pass a filter, newest first.
//!
//! | filter | rows | total |
//! |---|---|---|
//! | none, or a category | a run of the index | its kept count |
//! | words | ids from the words' lists ([`super::Postings`]), narrowed down there | counted to 1 000 |
//! | prices, and a category or none | see below | counted to 1 000 |
//!
//! A range of prices and an order by time are two sort keys, and an index has one. So the index by price says first,
//! by keys alone, whether more than 1 000 products are in the range. If not, these are all the matches: they are put
//! in order, and the page is cut out of them. If so, products in the range are common, and the newest of them are
//! met by going through the newest of all.
//!
//! **What one request may cost.** Anyone may ask, so no question is followed for ever. A range of prices reads 1 001
//! keys and looks at 5 000 products (one with a full description is some 5 KB, so at the very most 25 MB in calls of
//! 1 MB); a search has the budget of [`super::Postings`]. Where that is used up before the page is full, the page is
//! short, or even empty, and [`Found::next`] is what was looked at last: `hasNext` with few rows says that there may
//! be more, further back, and following the cursor finds all there is. A total that was not counted to its end is
//! [`Total::Capped`].

use envelope::InitError;
use tables::StoreError;

use super::{Index, Listed, Postings, Shelf, Shelves};
use crate::filter::{Filter, Prices};
use crate::product::Product;

/// How far a list goes for its page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// As far as matches are counted one by one.
    pub cap: usize,
    /// The newest products that are looked at for those in a range of prices.
    pub budget: usize,
}

const BOUNDS: Bounds = Bounds { cap: 1_000, budget: 5_000 };

/// The lists of products, their index and their counts.
#[derive(Debug)]
pub struct Catalogue {
    shelves: Shelves,
    pub(super) postings: Postings,
    index: Index,
    pub(super) bounds: Bounds,
}

/// Some rows of a list.
#[derive(Debug, Default)]
pub struct Found {
    /// The products.
    pub rows: Vec<Product>,
    /// How many rows of the list these are: some may have been edited out of it since the index was written.
    pub seen: usize,
    /// The id after which the list goes on, if it does or if the budget was used up there.
    pub next: Option<String>,
}

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exact(u64),
    /// At least so many: it was counted no further.
    Capped(u64),
}

impl Total {
    /// How many are known of.
    pub fn count(self) -> u64 {
        match self {
            Self::Exact(count) | Self::Capped(count) => count,
        }
    }
}

/// What an index knows of the products that pass a filter.
enum Matches {
    /// Their ids: all there are, more than were asked for, or as many as the budget found.
    Ids(Listed<String>),
    /// There are more than are counted, and these are the newest that the budget found.
    Rows(Listed<Product>),
}

impl Catalogue {
    /// The lists of these parts.
    pub fn new(shelves: Shelves, postings: Postings, index: Index) -> Self {
        Self { shelves, postings, index, bounds: BOUNDS }
    }

    /// The tables that `PRODUCTS_TABLE` and `PRODUCT_INDEX_TABLE` name, with a first read that opens the connections
    /// while start-up has the CPU to itself.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let client = tables::client()?;
        let (products, index) = (aws::required("PRODUCTS_TABLE")?, aws::required("PRODUCT_INDEX_TABLE")?);
        let catalogue = Self::new(
            Shelves::new(client.clone(), products),
            Postings::new(client.clone(), index.clone()),
            Index::new(client, index),
        );
        if let Err(error) = catalogue.page(&Filter::default(), 0, 1).await {
            tracing::warn!(cause = %error, "no connection to the database yet");
        }
        Ok(catalogue)
    }

    /// The `limit` rows after the first `before`, and how many rows there are.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn page(&self, filter: &Filter, before: usize, limit: usize) -> Result<(Found, Total), StoreError> {
        let shelf = shelf(filter);
        // One row more than the page tells whether another page follows.
        let needed = before + limit + 1;
        match self.matches(filter, None, self.bounds.cap + 1, needed).await? {
            None => {
                let (rows, total) =
                    tokio::try_join!(self.shelves.newest(shelf, None, needed), self.index.total(shelf))?;
                Ok((Found::of_rows(Listed::whole(rows), before, limit), Total::Exact(total)))
            }
            Some(Matches::Ids(ids)) => {
                let total = self.total(&ids);
                Ok((self.found(filter, ids, before, limit).await?, total))
            }
            Some(Matches::Rows(rows)) => {
                Ok((Found::of_rows(rows, before, limit), Total::Capped(self.bounds.cap as u64)))
            }
        }
    }

    /// The `limit` rows after the product of this id, which need not be there any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn after(&self, filter: &Filter, id: &str, limit: usize) -> Result<Found, StoreError> {
        match self.matches(filter, Some(id), limit + 1, limit + 1).await? {
            None => {
                let rows = self.shelves.newest(shelf(filter), Some(id), limit + 1).await?;
                Ok(Found::of_rows(Listed::whole(rows), 0, limit))
            }
            Some(Matches::Ids(ids)) => self.found(filter, ids, 0, limit).await,
            Some(Matches::Rows(rows)) => Ok(Found::of_rows(rows, 0, limit)),
        }
    }

    fn total(&self, ids: &Listed<String>) -> Total {
        let (counted, Bounds { cap, .. }) = (ids.rows.len(), self.bounds);
        if counted > cap || ids.stopped_at.is_some() {
            Total::Capped(counted.min(cap) as u64)
        } else {
            Total::Exact(counted as u64)
        }
    }

    /// The newest products that pass a filter, `needed` of them and counted up to `most`; `None` if the list is a run of
    /// an index.
    async fn matches(
        &self,
        filter: &Filter,
        after: Option<&str>,
        most: usize,
        needed: usize,
    ) -> Result<Option<Matches>, StoreError> {
        match (&filter.search, filter.prices) {
            (None, None) => Ok(None),
            (Some(search), _) => {
                Ok(Some(Matches::Ids(self.postings.find(search, filter, after, most.max(needed)).await?)))
            }
            (None, Some(prices)) => self.matches_in(shelf(filter), prices, after, needed).await.map(Some),
        }
    }

    async fn matches_in(
        &self,
        shelf: Shelf<'_>,
        prices: Prices,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Matches, StoreError> {
        let Bounds { cap, budget } = self.bounds;
        let mut ids = self.shelves.ids_in(shelf, prices, cap + 1).await?;
        if ids.len() > cap {
            return Ok(Matches::Rows(self.shelves.newest_in(shelf, prices, after, needed, budget).await?));
        }
        ids.retain(|id| after.is_none_or(|after| id.as_str() < after));
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Matches::Ids(Listed::whole(ids)))
    }

    /// The page of these ids, with the products as they are now.
    async fn found(
        &self,
        filter: &Filter,
        ids: Listed<String>,
        before: usize,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let rest = ids.rows.get(before..).unwrap_or_default();
        let page = &rest[..rest.len().min(limit)];
        let mut rows = self.shelves.rows(page).await?;
        rows.retain(|product| filter.still_takes(product));
        let next = if rest.len() > limit { page.last().cloned() } else { ids.stopped_at };
        Ok(Found { rows, seen: page.len(), next })
    }
}

impl Found {
    fn of_rows(Listed { mut rows, stopped_at }: Listed<Product>, before: usize, limit: usize) -> Self {
        rows.drain(..before.min(rows.len()));
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|product| product.id.clone()) } else { stopped_at };
        Self { seen: rows.len(), rows, next }
    }
}

fn shelf(filter: &Filter) -> Shelf<'_> {
    filter.category.as_ref().map_or(Shelf::All, Shelf::Category)
}
