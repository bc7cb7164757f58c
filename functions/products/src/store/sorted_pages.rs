//! Pages in other orders than the newest first: by time from the oldest, by price, by name.
//!
//! | filter | positions from | total |
//! |---|---|---|
//! | none, or a category | the list in that order | the count kept in [`super::ProductIndex`] |
//! | a price range, by price | a section of the list by price | counted, up to 1 000 |
//! | a price range or a search, otherwise | see below | counted, up to 1 000 |
//!
//! Where a filter matches no more than 1 000 products, they are found as they are for the newest first, and sorted here. Where
//! it matches more, such products are common, and walking the list in the wanted order soon meets enough: a row tells the
//! price, and the postings of the searched words are looked up by key. Both ways lead to the same order, so a cursor, which
//! is the last row's position, holds also where one takes the other's place.
//!
//! **The cost of one request is bounded** as it is for the newest first ([`super::catalogue`]): a walk examines 5 000 rows and
//! looks up as many postings, and then says where it stopped.

use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError};

use super::page::Slice;
use super::sorted_lists::Section;
use super::{Catalogue, IdPage, Listing, ProductPage, Total};
use crate::domain::filter::{Filter, PriceRange};
use crate::domain::index::SortedBy;
use crate::domain::product::Product;
use crate::domain::sale_state::SaleState;
use crate::domain::sort::{Sort, id_at, name_position};

/// The positions that a list has for a filter.
struct Sorted {
    /// In the list's order: every match, or more than were asked for, or as many as the budget allowed.
    found: IdPage,
    /// How many match, as far as that was counted.
    total: Total,
}

/// A row that a walk examines.
struct Examined {
    position: String,
    price: u64,
}

impl Catalogue {
    /// As [`Catalogue::page`], in this order.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sorted_page(
        &self,
        filter: &Filter,
        sort: Sort,
        skip: usize,
        limit: usize,
    ) -> Result<(ProductPage, Total), StoreError> {
        if sort == Sort::Newest {
            return self.page(filter, skip, limit).await;
        }
        let (sorted, kept) =
            tokio::try_join!(self.sorted(filter, sort, None, skip + limit + 1), self.kept_total(filter))?;
        let total = kept.map_or(sorted.total, Total::Exact);
        let mut page = self.sorted_products(filter, sort, Slice::of(sorted.found, skip, limit)).await?;
        for _ in 0..super::catalogue::MAX_EMPTY_PAGES {
            match &page.next {
                Some(next) if page.products.is_empty() && page.rows > 0 => {
                    page = self.sorted_after(filter, sort, next, limit).await?;
                }
                _ => break,
            }
        }
        Ok((page, total))
    }

    /// As [`Catalogue::after`], in this order: the `limit` rows after a position.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sorted_after(
        &self,
        filter: &Filter,
        sort: Sort,
        position: &str,
        limit: usize,
    ) -> Result<ProductPage, StoreError> {
        if sort == Sort::Newest {
            return self.after(filter, position, limit).await;
        }
        let sorted = self.sorted(filter, sort, Some(position), limit + 1).await?;
        self.sorted_products(filter, sort, Slice::of(sorted.found, 0, limit)).await
    }

    /// The total of a list that is counted as a whole; `None` for what a filter leaves of one.
    async fn kept_total(&self, filter: &Filter) -> Result<Option<u64>, StoreError> {
        if filter.search.is_some() || filter.prices.is_some() {
            return Ok(None);
        }
        let totals = try_join_all(super::catalogue::listings(filter).map(|listing| self.index.total(listing))).await?;
        Ok(Some(totals.into_iter().sum()))
    }

    /// The products at these positions. A row whose product has another position by now, or no longer matches, is left out.
    async fn sorted_products(&self, filter: &Filter, sort: Sort, slice: Slice) -> Result<ProductPage, StoreError> {
        let ids: Vec<String> = slice.ids.iter().map(|position| id_at(position).to_owned()).collect();
        let mut products = self.listings.products(&ids).await?;
        products.retain(|product| slice.ids.contains(&sort.position(product)));
        Ok(slice.into_page(products, filter))
    }

    async fn sorted(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Sorted, StoreError> {
        let of_listing = |listing| self.sorted_listing(listing, filter, sort, after, needed);
        let sorted = try_join_all(super::catalogue::listings(filter).map(of_listing)).await?;
        let is_capped = sorted.iter().any(|sorted| matches!(sorted.total, Total::AtLeast(_)));
        let count: u64 = sorted.iter().map(|sorted| sorted.total.count()).sum();
        let max_total = self.limits.max_total as u64;
        let total =
            if is_capped || count > max_total { Total::AtLeast(count.min(max_total)) } else { Total::Exact(count) };
        let found = sorted.into_iter().map(|sorted| sorted.found).collect();
        Ok(Sorted { found: IdPage::merge_in(sort.is_descending(), found), total })
    }

    async fn sorted_listing(
        &self,
        listing: Listing<'_>,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Sorted, StoreError> {
        let max_total = self.limits.max_total;
        // A cursor's page has no total.
        let count_to = if after.is_none() { needed.max(max_total + 1) } else { needed };
        match (&filter.search, filter.prices) {
            (None, Some(prices)) if is_by_price(sort) => {
                let section = Section::in_range(listing, prices, sort.is_descending()).after(after);
                let rows = self.sorted_lists.rows(&section, count_to).await?;
                let positions: Vec<String> = rows.into_iter().map(|row| row.position).collect();
                Ok(Sorted { total: self.counted(positions.len()), found: IdPage::complete(positions) })
            }
            (None, None) => {
                let found = self.walk(listing, filter, sort, after, needed).await?;
                Ok(Sorted { total: Total::AtLeast(0), found })
            }
            (None, Some(prices)) => self.sorted_in_range(listing, prices, filter, sort, after, needed).await,
            (Some(_), _) => self.sorted_search(listing, filter, sort, after, needed).await,
        }
    }

    fn counted(&self, count: usize) -> Total {
        let max_total = self.limits.max_total;
        if count > max_total { Total::AtLeast(max_total as u64) } else { Total::Exact(count as u64) }
    }

    /// The products of a price range, by time or by name.
    async fn sorted_in_range(
        &self,
        listing: Listing<'_>,
        prices: PriceRange,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Sorted, StoreError> {
        let section = Section::in_range(listing, prices, false);
        let sorted_here = async |limit: usize| {
            let rows = self.sorted_lists.rows(&section, limit + 1).await?;
            if rows.len() > limit {
                return Ok::<_, StoreError>(None);
            }
            let position = |row: super::sorted_lists::Row| match sort {
                Sort::Name => name_position(&row.keys.name, id_at(&row.position)),
                _ => id_at(&row.position).to_owned(),
            };
            Ok(Some(rows.into_iter().map(position).collect::<Vec<_>>()))
        };
        if let Some(positions) = sorted_here(self.limits.max_total).await? {
            let total = Total::Exact(positions.len() as u64);
            return Ok(Sorted { found: in_order(positions, sort, after), total });
        }
        let total = Total::AtLeast(self.limits.max_total as u64);
        let found = self.walk(listing, filter, sort, after, needed).await?;
        if found.stopped_at.is_none() {
            return Ok(Sorted { found, total });
        }
        // All of them are far back in the list: some more are sorted after all.
        match sorted_here(self.limits.max_examined).await? {
            Some(positions) => Ok(Sorted { found: in_order(positions, sort, after), total }),
            None => Ok(Sorted { found, total }),
        }
    }

    /// The products that have all of the searched words.
    async fn sorted_search(
        &self,
        listing: Listing<'_>,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Sorted, StoreError> {
        let Some(search) = &filter.search else {
            return Ok(Sorted { found: IdPage::complete(Vec::new()), total: Total::Exact(0) });
        };
        let most = self.limits.max_total + 1;
        let newest = self.matches_of_search(listing.state, search, filter, None, most, most).await?;
        let total = match newest.stopped_at {
            Some(_) => Total::AtLeast(newest.ids.len().min(self.limits.max_total) as u64),
            None => self.counted(newest.ids.len()),
        };
        if newest.stopped_at.is_some() || newest.ids.len() >= most {
            let found = self.walk(listing, filter, sort, after, needed).await?;
            return Ok(Sorted { found, total });
        }
        let positions = match sort {
            Sort::Oldest => newest.ids,
            _ => {
                let batches = newest.ids.chunks(BATCH_KEYS).map(|ids| self.listings.products(ids));
                let products = try_join_all(batches).await?.into_iter().flatten();
                products.map(|product| sort.position(&product)).collect()
            }
        };
        Ok(Sorted { found: in_order(positions, sort, after), total })
    }

    /// Walks a list in its order, and finds what matches the filter: `needed` of it, or as much as the budget allows.
    async fn walk(
        &self,
        listing: Listing<'_>,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<IdPage, StoreError> {
        let is_whole = filter.search.is_none() && (filter.prices.is_none() || is_by_price(sort));
        // The first block is small, because matches are known to be common; the next ones are as large as is useful.
        let mut block_size = if is_whole { needed } else { (needed * 4).clamp(100, 1_000) };
        let (mut rows_left, mut lookups_left) = (self.limits.max_examined, self.limits.max_examined);
        let mut position = after.map(str::to_owned);
        let mut found = Vec::new();
        loop {
            let size = block_size.min(rows_left).max(1);
            let (rows, is_last) = self.block(listing, filter, sort, position.as_deref(), size).await?;
            rows_left = rows_left.saturating_sub(rows.len());
            position = rows.last().map(|row| row.position.clone()).or(position);
            let in_range = rows.into_iter().filter(|row| filter.prices.is_none_or(|prices| prices.contains(row.price)));
            let candidates = in_range.map(|row| row.position).collect();
            found.append(&mut self.with_search(listing.state, filter, candidates, &mut lookups_left).await?);
            if is_last || found.len() >= needed {
                return Ok(IdPage::complete(found));
            }
            if rows_left == 0 || lookups_left == 0 {
                return Ok(IdPage { ids: found, stopped_at: position });
            }
            block_size = if is_whole { needed - found.len() } else { 1_000.min(lookups_left) };
        }
    }

    /// The next rows of the list that a walk goes through.
    async fn block(
        &self,
        listing: Listing<'_>,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        size: usize,
    ) -> Result<(Vec<Examined>, bool), StoreError> {
        let by = match sort {
            Sort::Newest | Sort::Oldest => {
                let (rows, is_last) = self.listings.oldest(listing, after, size).await?;
                let rows = rows.into_iter().map(|(position, price)| Examined { position, price }).collect();
                return Ok((rows, is_last));
            }
            Sort::PriceAsc | Sort::PriceDesc => SortedBy::Price,
            Sort::Name => SortedBy::Name,
        };
        let section = match filter.prices {
            Some(prices) if is_by_price(sort) => Section::in_range(listing, prices, sort.is_descending()),
            _ => Section::of(listing, by, sort.is_descending()),
        };
        let (rows, is_last) = self.sorted_lists.block(&section.after(after), size).await?;
        let rows = rows.into_iter().map(|row| Examined { position: row.position, price: row.keys.price }).collect();
        Ok((rows, is_last))
    }

    /// Those of the positions whose products have the searched words.
    async fn with_search(
        &self,
        state: SaleState,
        filter: &Filter,
        mut positions: Vec<String>,
        lookups_left: &mut usize,
    ) -> Result<Vec<String>, StoreError> {
        let Some(search) = &filter.search else { return Ok(positions) };
        let ids = positions.iter().map(|position| id_at(position).to_owned()).collect();
        let (mut matching, lookups) = self.postings.with_words(state, search, ids).await?;
        *lookups_left = lookups_left.saturating_sub(lookups);
        if !search.is_told_by_terms() {
            let ids: Vec<String> = matching.into_iter().collect();
            let products: Vec<Product> = self.listings.products(&ids).await?;
            matching =
                products.into_iter().filter(|product| search.matches(product)).map(|product| product.id).collect();
        }
        positions.retain(|position| matching.contains(id_at(position)));
        Ok(positions)
    }
}

fn is_by_price(sort: Sort) -> bool {
    matches!(sort, Sort::PriceAsc | Sort::PriceDesc)
}

/// All matches, sorted; with `after`, those behind it.
fn in_order(mut positions: Vec<String>, sort: Sort, after: Option<&str>) -> IdPage {
    positions.sort_unstable();
    if sort.is_descending() {
        positions.reverse();
    }
    if let Some(after) = after {
        positions.retain(
            |position| if sort.is_descending() { position.as_str() < after } else { position.as_str() > after },
        );
    }
    IdPage::complete(positions)
}
