//! One page of the products that match a filter, newest first, and how many match.
//!
//! The ids of the page come from an index. Its products are then read by key, as they are now. A list of products for sale
//! and of those that are not is made of both lists.
//!
//! | filter | ids from | total |
//! |---|---|---|
//! | none, or a category | [`super::ListingIndex`], by time | the count kept in [`super::ProductIndex`] |
//! | search words | [`super::Postings`], which also narrows by category and price | counted, up to 1 000 |
//! | a price range, with or without a category | see below | counted, up to 1 000 |
//!
//! A price range in order of time needs two sort keys, and an index has one. So the index by price is asked first, for
//! keys alone, whether more than 1 000 products are in the range. If not, it gave every match: they are sorted by id
//! and the page is cut out of them. If so, such products are common, and walking the index by time soon meets enough. If
//! it does not, all of them are older than the 5 000 newest products; up to 5 000 of them are then sorted after all.
//!
//! A search that is not told by its terms ([`Search::is_told_by_terms`]) reads the products that have all the terms, and
//! leaves out those without the words. It counts no further than it has to read for the page.
//!
//! **The cost of one request is bounded**, because anyone may ask. A price range reads 6 002 keys and examines 5 000
//! index rows (some 150 bytes each: less than 2 MB); a search has the budget of [`super::Postings`]. If the budget runs
//! out before the page is full, the page is short or even empty and [`ProductPage::next`] is the id examined last:
//! `hasNext` on a short page means that older matches may exist, and following the cursor finds them all. A total that
//! was not counted to the end is [`Total::AtLeast`].

use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError};

use super::page::Slice;
use super::{IdPage, Listing, ListingIndex, Postings, ProductIndex, ProductPage, SortedLists, Total};
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::product::Product;
use crate::domain::sale_state::{SaleState, Shown};

/// Limits to the cost of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The highest total that is counted.
    pub max_total: usize,
    /// Rows of the index by time that are examined for products in a price range, and products of a price range that are
    /// sorted by time.
    pub max_examined: usize,
}

/// Pages that are read on where every product of a page has changed since it was indexed.
pub(super) const MAX_EMPTY_PAGES: usize = 10;

const LIMITS: Limits = Limits { max_total: 1_000, max_examined: 5_000 };

/// The lists of products that clients see.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) listings: ListingIndex,
    pub(super) postings: Postings,
    pub(super) index: ProductIndex,
    pub(super) sorted_lists: SortedLists,
    pub(super) limits: Limits,
}

/// The ids that an index gave for a filter.
struct Matches {
    /// Newest first: every match, or more than were asked for, or as many as the budget allowed.
    found: IdPage,
    /// Whether the total is known to be above [`Limits::max_total`], however few ids were found.
    over_max_total: bool,
}

impl Catalogue {
    /// A catalogue of these indexes.
    pub fn new(listings: ListingIndex, postings: Postings, index: ProductIndex, sorted_lists: SortedLists) -> Self {
        Self { listings, postings, index, sorted_lists, limits: LIMITS }
    }

    /// The tables that `PRODUCTS_TABLE` and `PRODUCT_INDEX_TABLE` name. A first read opens the connections during
    /// start-up, which has a full CPU.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let client = tables::client()?;
        let (products, index) = (aws::required("PRODUCTS_TABLE")?, aws::required("PRODUCT_INDEX_TABLE")?);
        let catalogue = Self::new(
            ListingIndex::new(client.clone(), products),
            Postings::new(client.clone(), index.clone()),
            ProductIndex::new(client.clone(), index.clone()),
            SortedLists::new(client, index),
        );
        aws::warm_up("database", catalogue.page(&Filter::default(), 0, 1)).await;
        Ok(catalogue)
    }

    /// The `limit` rows after the first `skip`, and the total. A page without products that has a successor is one that the
    /// budget did not reach.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn page(&self, filter: &Filter, skip: usize, limit: usize) -> Result<(ProductPage, Total), StoreError> {
        let (mut page, total) = self.page_as_indexed(filter, skip, limit).await?;
        for _ in 0..MAX_EMPTY_PAGES {
            match &page.next {
                Some(next) if page.products.is_empty() && page.rows > 0 => {
                    page = self.after(filter, next, limit).await?;
                }
                _ => break,
            }
        }
        Ok((page, total))
    }

    async fn page_as_indexed(
        &self,
        filter: &Filter,
        skip: usize,
        limit: usize,
    ) -> Result<(ProductPage, Total), StoreError> {
        // One row more than the page shows whether another page follows.
        let needed = skip + limit + 1;
        match self.matches(filter, None, self.limits.max_total + 1, needed).await? {
            None => {
                let slice = Slice::of(self.newest(filter, None, needed).await?, skip, limit);
                let (products, total) = self.products_and_total(&slice.ids, filter).await?;
                Ok((slice.into_page(products, filter), Total::Exact(total)))
            }
            Some(matches) => {
                let total = self.total(&matches);
                Ok((self.read(filter, Slice::of(matches.found, skip, limit)).await?, total))
            }
        }
    }

    /// The `limit` rows after the product with this id, which may have been deleted since.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn after(&self, filter: &Filter, id: &str, limit: usize) -> Result<ProductPage, StoreError> {
        let found = match self.matches(filter, Some(id), limit + 1, limit + 1).await? {
            None => self.newest(filter, Some(id), limit + 1).await?,
            Some(matches) => matches.found,
        };
        self.read(filter, Slice::of(found, 0, limit)).await
    }

    /// The products with these ids that are shown, in the order of their ids: [`BATCH_KEYS`] of them in one call.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn with_ids(&self, ids: &[String], shown: Shown) -> Result<Vec<Product>, StoreError> {
        let mut products = self.listings.products(ids).await?;
        products.retain(|product| shown.states().contains(&SaleState::of(product)));
        Ok(products)
    }

    fn total(&self, Matches { found, over_max_total }: &Matches) -> Total {
        let (counted, max_total) = (found.ids.len(), self.limits.max_total);
        if *over_max_total {
            Total::AtLeast(max_total as u64)
        } else if counted > max_total || found.stopped_at.is_some() {
            Total::AtLeast(counted.min(max_total) as u64)
        } else {
            Total::Exact(counted as u64)
        }
    }

    /// The newest ids that match a filter: at least the `needed` ones, and up to `count_to` to count them. `None` if the
    /// filter is a list that [`ListingIndex`] has as a whole.
    async fn matches(
        &self,
        filter: &Filter,
        after: Option<&str>,
        count_to: usize,
        needed: usize,
    ) -> Result<Option<Matches>, StoreError> {
        match (&filter.search, filter.prices) {
            (None, None) => Ok(None),
            (Some(search), _) => {
                let of_state = |state| self.matches_of_search(state, search, filter, after, count_to, needed);
                let found = try_join_all(filter.shown.states().iter().copied().map(of_state)).await?;
                Ok(Some(Matches { found: IdPage::merge(found), over_max_total: false }))
            }
            (None, Some(prices)) => {
                let of_listing = |listing| self.matches_in_range(listing, prices, after, needed);
                let matches = try_join_all(listings(filter).map(of_listing)).await?;
                let over_max_total = matches.iter().any(|matches| matches.over_max_total);
                let found = IdPage::merge(matches.into_iter().map(|matches| matches.found).collect());
                Ok(Some(Matches { found, over_max_total }))
            }
        }
    }

    /// At most `limit` ids of what a filter without words and prices shows, newest first; with `after`, only ids older than
    /// that one.
    async fn newest(&self, filter: &Filter, after: Option<&str>, limit: usize) -> Result<IdPage, StoreError> {
        let found = try_join_all(listings(filter).map(|listing| self.listings.newest(listing, after, limit))).await?;
        let mut found = IdPage::merge(found.into_iter().map(IdPage::complete).collect());
        found.ids.truncate(limit);
        Ok(found)
    }

    pub(super) async fn matches_of_search(
        &self,
        state: SaleState,
        search: &Search,
        filter: &Filter,
        after: Option<&str>,
        count_to: usize,
        needed: usize,
    ) -> Result<IdPage, StoreError> {
        let limit = count_to.max(needed);
        if search.is_told_by_terms() {
            return self.postings.find(state, search, filter, after, limit).await;
        }
        let limit = limit.max(BATCH_KEYS);
        let IdPage { ids, stopped_at } = self.postings.find(state, search, filter, after, limit).await?;
        let mut matching = Vec::new();
        for (batch, candidates) in ids.chunks(BATCH_KEYS).enumerate() {
            let products = self.listings.products(candidates).await?;
            let products = products.into_iter().filter(|product| search.matches(product));
            matching.extend(products.map(|product| product.id));
            let read = batch * BATCH_KEYS + candidates.len();
            if matching.len() >= needed && read < ids.len() {
                return Ok(IdPage { ids: matching, stopped_at: candidates.last().cloned() });
            }
        }
        // The walk also stops, without saying so, where it has found as many as were asked for.
        let stopped_at = stopped_at.or_else(|| ids.last().filter(|_| ids.len() >= limit).cloned());
        Ok(IdPage { ids: matching, stopped_at })
    }

    async fn matches_in_range(
        &self,
        listing: Listing<'_>,
        prices: PriceRange,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Matches, StoreError> {
        let Limits { max_total, max_examined } = self.limits;
        let mut ids = self.listings.by_price(listing, prices, max_total + 1).await?;
        if ids.len() > max_total {
            let found = self.listings.newest_in_range(listing, prices, after, needed, max_examined).await?;
            if found.stopped_at.is_none() {
                return Ok(Matches { found, over_max_total: true });
            }
            ids = self.listings.by_price(listing, prices, max_examined + 1).await?;
            if ids.len() > max_examined {
                return Ok(Matches { found, over_max_total: true });
            }
        }
        let over_max_total = ids.len() > max_total;
        ids.retain(|id| after.is_none_or(|after| id.as_str() < after));
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Matches { found: IdPage::complete(ids), over_max_total })
    }

    async fn read(&self, filter: &Filter, slice: Slice) -> Result<ProductPage, StoreError> {
        let products = self.listings.products(&slice.ids).await?;
        Ok(slice.into_page(products, filter))
    }

    /// The products with these ids and the kept total of what the filter shows, in one call if both fit into one.
    async fn products_and_total(&self, ids: &[String], filter: &Filter) -> Result<(Vec<Product>, u64), StoreError> {
        match listings(filter).collect::<Vec<_>>()[..] {
            [listing] if (1..BATCH_KEYS).contains(&ids.len()) => {
                let (table, key) = self.index.total_key(listing);
                let (products, total) = self.listings.products_and_item(ids, table, key).await?;
                Ok((products, ProductIndex::read_total(total)?))
            }
            ref listings => {
                let totals = try_join_all(listings.iter().map(|listing| self.index.total(*listing)));
                let (products, totals) = tokio::try_join!(self.listings.products(ids), totals)?;
                Ok((products, totals.into_iter().sum()))
            }
        }
    }
}

/// The lists that a filter shows together.
pub(super) fn listings(filter: &Filter) -> impl Iterator<Item = Listing<'_>> {
    filter.shown.states().iter().map(|state| Listing { state: *state, category: filter.category.as_ref() })
}
