//! A page of the products that pass a filter, newest first.
//!
//! An index gives the ids, and the page's products are then read by key, as they are now, and a kept total with them.
//!
//! | filter | ids | total |
//! |---|---|---|
//! | none, or a category | a run of the index | its kept count |
//! | words | from the words' lists ([`super::Postings`]), narrowed down there | counted to 1 000 |
//! | prices, and a category or none | see below | counted to 1 000 |
//!
//! A range of prices and an order by time are two sort keys, and an index has one. So the index by price says first,
//! by keys alone, whether more than 1 000 products are in the range. If not, these are all the matches: they are put
//! in order, and the page is cut out of them. If so, products in the range are common, and the newest of them are
//! met by going through the newest of all.
//!
//! **What one request may cost.** Anyone may ask, so no question is followed for ever. A range of prices reads 1 001
//! keys and looks at 5 000 rows of an index (of some 150 bytes: less than 1 MB); a search has the budget of
//! [`super::Postings`]. Where that is used up before the page is full, the page is short, or even empty, and
//! [`Found::next`] is what was looked at last: `hasNext` with few rows says that there may be more, further back, and
//! following the cursor finds all there is. A total that was not counted to its end is [`Total::Capped`].

use envelope::InitError;
use tables::StoreError;

use super::shelf::BATCH;
use super::{Index, Listed, Postings, Shelf, Shelves};
use crate::domain::filter::{Filter, Prices};
use crate::domain::product::Product;

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
struct Matches {
    /// Their ids, newest first: all there are, more than were asked for, or as many as the budget found.
    listed: Listed,
    /// Whether there are more than are counted, however few ids these are.
    over_cap: bool,
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
        aws::warm_up("database", catalogue.page(&Filter::default(), 0, 1)).await;
        Ok(catalogue)
    }

    /// The `limit` rows after the first `before`, and how many rows there are.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn page(&self, filter: &Filter, before: usize, limit: usize) -> Result<(Found, Total), StoreError> {
        // One row more than the page tells whether another page follows.
        let needed = before + limit + 1;
        match self.matches(filter, None, self.bounds.cap + 1, needed).await? {
            None => {
                let shelf = shelf(filter);
                let page = Page::of(Listed::whole(self.shelves.newest(shelf, None, needed).await?), before, limit);
                let (rows, total) = self.rows_and_total(&page.ids, shelf).await?;
                Ok((page.filled(rows, filter), Total::Exact(total)))
            }
            Some(matches) => {
                let total = self.total(&matches);
                Ok((self.found(filter, Page::of(matches.listed, before, limit)).await?, total))
            }
        }
    }

    /// The `limit` rows after the product of this id, which need not be there any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn after(&self, filter: &Filter, id: &str, limit: usize) -> Result<Found, StoreError> {
        let listed = match self.matches(filter, Some(id), limit + 1, limit + 1).await? {
            None => Listed::whole(self.shelves.newest(shelf(filter), Some(id), limit + 1).await?),
            Some(matches) => matches.listed,
        };
        self.found(filter, Page::of(listed, 0, limit)).await
    }

    fn total(&self, Matches { listed, over_cap }: &Matches) -> Total {
        let (counted, Bounds { cap, .. }) = (listed.ids.len(), self.bounds);
        if *over_cap {
            Total::Capped(cap as u64)
        } else if counted > cap || listed.stopped_at.is_some() {
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
                let listed = self.postings.find(search, filter, after, most.max(needed)).await?;
                Ok(Some(Matches { listed, over_cap: false }))
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
            let listed = self.shelves.newest_in(shelf, prices, after, needed, budget).await?;
            return Ok(Matches { listed, over_cap: true });
        }
        ids.retain(|id| after.is_none_or(|after| id.as_str() < after));
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Matches { listed: Listed::whole(ids), over_cap: false })
    }

    /// The page, with the products as they are now.
    async fn found(&self, filter: &Filter, page: Page) -> Result<Found, StoreError> {
        let rows = self.shelves.rows(&page.ids).await?;
        Ok(page.filled(rows, filter))
    }

    /// These products, and the kept count of their shelf: in one call, if there is room in it.
    async fn rows_and_total(&self, ids: &[String], shelf: Shelf<'_>) -> Result<(Vec<Product>, u64), StoreError> {
        if (1..BATCH).contains(&ids.len()) {
            let (table, key) = self.index.count_of(shelf);
            let (rows, count) = self.shelves.rows_and(ids, table, key).await?;
            Ok((rows, Index::read_count(count)?))
        } else {
            tokio::try_join!(self.shelves.rows(ids), self.index.total(shelf))
        }
    }
}

/// What of a list is shown.
struct Page {
    ids: Vec<String>,
    next: Option<String>,
}

impl Page {
    fn of(Listed { ids, stopped_at }: Listed, before: usize, limit: usize) -> Self {
        let rest = ids.get(before..).unwrap_or_default();
        let ids = rest[..rest.len().min(limit)].to_vec();
        let next = if rest.len() > limit { ids.last().cloned() } else { stopped_at };
        Self { ids, next }
    }

    /// Those of its products that are still what was asked for.
    fn filled(self, mut rows: Vec<Product>, filter: &Filter) -> Found {
        rows.retain(|product| filter.still_takes(product));
        Found { rows, seen: self.ids.len(), next: self.next }
    }
}

fn shelf(filter: &Filter) -> Shelf<'_> {
    filter.category.as_ref().map_or(Shelf::All, Shelf::Category)
}
