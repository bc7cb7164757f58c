//! One page of the products that match a filter, in an order, and how many match.
//!
//! The positions of the page come from an index ([`super::matches`]). Its products are then read by key, as they are now. A list
//! of products for sale and of those that are not is made of both lists.
//!
//! The total of a list, or of a category's, is kept in [`super::ProductIndex`] and read with the products. Of what else a
//! filter matches, [`Limits::max_total`] are counted at most.
//!
//! If the budget runs out before the page is full, the page is short or even empty and [`ProductPage::next`] is the position
//! examined last: `hasNext` on a short page means that more matches may exist, and following the cursor finds them all. A
//! total that was not counted to the end is [`Total::AtLeast`].

use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError};

use super::matches::{LIMITS, Limits, Matches, listings};
use super::page::Slice;
use super::{Listing, ListingIndex, Postings, ProductIndex, ProductPage, SortedLists, Total};
use crate::domain::filter::Filter;
use crate::domain::product::Product;
use crate::domain::sale_state::{SaleState, Shown};
use crate::domain::sort::Sort;

/// Pages that are read on where every product of a page has changed since it was indexed.
const MAX_EMPTY_PAGES: usize = 10;

/// The lists of products that clients see.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) listings: ListingIndex,
    pub(super) postings: Postings,
    pub(super) index: ProductIndex,
    pub(super) sorted_lists: SortedLists,
    pub(super) limits: Limits,
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
        aws::warm_up("database", catalogue.page(&Filter::default(), Sort::Newest, 0, 1)).await;
        Ok(catalogue)
    }

    /// The `limit` rows after the first `skip`, and the total. A page without products that has a successor is one that the
    /// budget did not reach.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn page(
        &self,
        filter: &Filter,
        sort: Sort,
        skip: usize,
        limit: usize,
    ) -> Result<(ProductPage, Total), StoreError> {
        // One row more than the page shows whether another page follows.
        let Matches { found, total } = self.matches(filter, sort, None, skip + limit + 1).await?;
        let slice = Slice::of(found, skip, limit);
        let (products, total) = if filter.search.is_none() && filter.prices.is_none() {
            let (products, kept) = self.products_and_total(&slice.ids(), filter).await?;
            (products, Total::Exact(kept))
        } else {
            (self.listings.products(&slice.ids()).await?, total)
        };
        let mut page = slice.into_page(products, filter, sort);
        for _ in 0..MAX_EMPTY_PAGES {
            match &page.next {
                Some(next) if page.products.is_empty() && page.rows > 0 => {
                    page = self.after(filter, sort, next, limit).await?;
                }
                _ => break,
            }
        }
        Ok((page, total))
    }

    /// The `limit` rows after a position, whose product may have moved or been deleted since.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn after(
        &self,
        filter: &Filter,
        sort: Sort,
        position: &str,
        limit: usize,
    ) -> Result<ProductPage, StoreError> {
        let Matches { found, .. } = self.matches(filter, sort, Some(position), limit + 1).await?;
        let slice = Slice::of(found, 0, limit);
        let products = self.listings.products(&slice.ids()).await?;
        Ok(slice.into_page(products, filter, sort))
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

    /// The products with these ids and the kept total of what the filter shows, in one call if all fit into one.
    async fn products_and_total(&self, ids: &[String], filter: &Filter) -> Result<(Vec<Product>, u64), StoreError> {
        let listings: Vec<Listing<'_>> = listings(filter).collect();
        if ids.is_empty() || ids.len() + listings.len() > BATCH_KEYS {
            let totals = try_join_all(listings.iter().map(|listing| self.index.total(*listing)));
            let (products, totals) = tokio::try_join!(self.listings.products(ids), totals)?;
            return Ok((products, totals.into_iter().sum()));
        }
        let keys = listings.iter().map(|listing| self.index.total_key(*listing)).collect();
        let (products, totals) = self.listings.products_and_items(ids, self.index.table(), keys).await?;
        let totals = totals.into_iter().map(|total| ProductIndex::read_total(Some(total)));
        Ok((products, totals.sum::<Result<u64, StoreError>>()?))
    }
}
