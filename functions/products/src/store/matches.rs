//! The products that match a filter, in any order, found within a budget.
//!
//! | filter | order | found in |
//! |---|---|---|
//! | none, or a category | any | the list in that order |
//! | a price range | by price | a section of the list by price |
//! | a price range | by time, by name | all of the range, sorted here; if there are too many, the list in that order |
//! | a search | by time | the postings of its words ([`super::Postings`]), which are in that order |
//! | a search | by price, by name | all of the rarest word's postings, sorted here; if there are too many, the list in that order |
//!
//! A range or a search that matches too many products to sort them is common, so walking the list in the wanted order meets
//! some soon: a row tells the price, and for a search the products are read. (Of a word that one product in a hundred has, a
//! page finds about one: such pages are short.) Both ways lead to the same order, so a cursor,
//! which is the last row's position, holds also where one takes the other's place.
//!
//! **The cost of one request is bounded**, because anyone may ask ([`Limits`]). Where the budget ends before the page is full,
//! [`Found::stopped_at`] tells how far the list was examined, and the next page goes on from there.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError};

use super::found::Found;
use super::listing_index::TimeRow;
use super::postings::FoundPostings;
use super::sorted_lists::Section;
use super::{Catalogue, Listing, Total};
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::index::SortedBy;
use crate::domain::sort::{Sort, id_at, name_position};

/// Limits to the cost of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The highest total that is counted.
    pub max_total: usize,
    /// Rows of a price range that are sorted here, and rows of a list that are passed over because their price is out of the
    /// range. (Not those that the page skips and shows: so all pages by number see the list end at the same row.)
    pub max_examined: usize,
    /// Products that are read to compare their words with a search.
    pub max_compared: usize,
}

/// Some 100 bytes a row: three read units of a list, so that its partition takes a thousand pages a second.
pub(super) const LIMITS: Limits = Limits { max_total: 100, max_examined: 200, max_compared: BATCH_KEYS };

/// What a filter matches.
pub(super) struct Matches {
    /// Positions in the list's order: every match, or more than were asked for, or as many as the budget allowed.
    pub found: Found,
    /// How many there are, as far as that was counted. (Of a list that is counted as a whole, nothing.)
    pub total: Total,
}

/// The lists that a filter shows together.
pub(super) fn listings(filter: &Filter) -> impl Iterator<Item = Listing<'_>> {
    filter.shown.states().iter().map(|state| Listing { state: *state, category: filter.category.as_ref() })
}

/// A row that a walk examines.
struct Examined {
    position: String,
    price: u64,
}

/// A page to find.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub filter: &'a Filter,
    pub sort: Sort,
    /// The position that it comes after.
    pub after: Option<&'a str>,
    /// Rows that it needs, from there.
    pub needed: usize,
}

impl Catalogue {
    /// What comes after a position, at least the `needed` ones, and from the list's beginning also the total.
    pub(super) async fn matches(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        needed: usize,
    ) -> Result<Matches, StoreError> {
        let wanted = Wanted { filter, sort, after, needed };
        let matches = try_join_all(listings(filter).map(|listing| self.matches_in(listing, wanted))).await?;
        let is_capped = matches.iter().any(|matches| matches!(matches.total, Total::AtLeast(_)));
        let count: u64 = matches.iter().map(|matches| matches.total.count()).sum();
        let max_total = self.limits.max_total as u64;
        let total =
            if is_capped || count > max_total { Total::AtLeast(count.min(max_total)) } else { Total::Exact(count) };
        let found = matches.into_iter().map(|matches| matches.found).collect();
        Ok(Matches { found: Found::merge(sort.is_descending(), found), total })
    }

    async fn matches_in(&self, listing: Listing<'_>, wanted: Wanted<'_>) -> Result<Matches, StoreError> {
        let mut matches = self.search(listing, wanted).await?;
        let Found { positions, stopped_at } = &matches.found;
        if wanted.after.is_none() && stopped_at.is_none() && positions.len() < wanted.needed {
            // These are all, also where more had to be expected.
            matches.total = self.counted(&matches.found);
        }
        Ok(matches)
    }

    async fn search(&self, listing: Listing<'_>, wanted: Wanted<'_>) -> Result<Matches, StoreError> {
        match (&wanted.filter.search, wanted.filter.prices) {
            (None, None) => Ok(Matches { found: self.walk(listing, wanted).await?, total: Total::AtLeast(0) }),
            (None, Some(prices)) if wanted.sort.is_by_price() => {
                let section = Section::in_range(listing, prices, wanted.sort.is_descending()).after(wanted.after);
                let rows = self.sorted_lists.rows(&section, self.count_to(wanted)).await?;
                let found = Found::complete(rows.into_iter().map(|row| row.position).collect());
                Ok(Matches { total: self.counted(&found), found })
            }
            (None, Some(prices)) => self.matches_in_range(listing, prices, wanted).await,
            (Some(search), _) if wanted.sort.is_by_time() => self.matches_by_time(listing, search, wanted).await,
            (Some(search), _) => self.matches_sorted(listing, search, wanted).await,
        }
    }

    /// How many matches to look for: a page after a cursor has no total.
    fn count_to(&self, Wanted { after, needed, .. }: Wanted<'_>) -> usize {
        if after.is_none() { needed.max(self.limits.max_total + 1) } else { needed }
    }

    /// How many matches were found.
    pub(super) fn counted(&self, Found { positions, stopped_at }: &Found) -> Total {
        let max_total = self.limits.max_total;
        if stopped_at.is_some() || positions.len() > max_total {
            Total::AtLeast(positions.len().min(max_total) as u64)
        } else {
            Total::Exact(positions.len() as u64)
        }
    }

    /// The products of a price range, by time or by name.
    async fn matches_in_range(
        &self,
        listing: Listing<'_>,
        prices: PriceRange,
        wanted: Wanted<'_>,
    ) -> Result<Matches, StoreError> {
        let most = self.limits.max_examined;
        let positions = if wanted.sort.is_by_time() {
            self.listings.by_price(listing, prices, most + 1).await?
        } else {
            let rows = self.sorted_lists.rows(&Section::in_range(listing, prices, false), most + 1).await?;
            rows.into_iter().map(|row| name_position(&row.keys.name, id_at(&row.position))).collect()
        };
        let all = Found::complete(positions);
        let total = self.counted(&all);
        let found =
            if all.positions.len() > most { self.walk(listing, wanted).await? } else { wanted.cut_out(all.positions) };
        Ok(Matches { found, total })
    }

    /// The products that have the searched words, by time.
    async fn matches_by_time(
        &self,
        listing: Listing<'_>,
        search: &Search,
        wanted: Wanted<'_>,
    ) -> Result<Matches, StoreError> {
        let limit = self.count_to(wanted);
        let is_descending = wanted.sort.is_descending();
        let found =
            self.postings.find(listing.state, search, wanted.filter, is_descending, wanted.after, limit).await?;
        let found = if search.is_told_by_terms() { found.into_ids() } else { self.compared(search, found).await? };
        Ok(Matches { total: self.counted(&found), found })
    }

    /// Those of the found products, which have all the terms of a search, that have its words too: of as many as may be read.
    async fn compared(&self, search: &Search, found: FoundPostings) -> Result<Found, StoreError> {
        let Found { positions: mut ids, mut stopped_at } = found.into_ids();
        if ids.len() > self.limits.max_compared {
            ids.truncate(self.limits.max_compared);
            stopped_at = ids.last().cloned();
        }
        self.retain_matching(search, &mut ids).await?;
        Ok(Found { positions: ids, stopped_at })
    }

    /// Walks a list in its order, and finds what matches the filter: as much as is needed, or as the budget allows.
    pub(super) async fn walk(&self, listing: Listing<'_>, wanted: Wanted<'_>) -> Result<Found, StoreError> {
        let Wanted { filter, needed, .. } = wanted;
        let is_in_range = |price| filter.prices.is_none_or(|prices| prices.contains(price));
        let (mut passes_left, mut compared_left) = (self.limits.max_examined, self.limits.max_compared);
        let mut position = wanted.after.map(str::to_owned);
        let mut found = Vec::new();
        loop {
            let missing = needed - found.len();
            // Where nothing is left out, no row more than needed; else matches are known to be common.
            let size = match (&filter.search, filter.prices) {
                (None, None) => missing,
                (None, Some(_)) => (needed * 4).max(BATCH_KEYS).min(missing + passes_left),
                (Some(_), _) => BATCH_KEYS,
            };
            let (rows, is_last) = self.block(listing, wanted, position.as_deref(), size).await?;
            let mut stopped_at = None;
            let mut candidates = Vec::new();
            for Examined { position: row, price } in rows {
                position = Some(row.clone());
                if is_in_range(price) {
                    candidates.push(row);
                    compared_left -= usize::from(filter.search.is_some());
                } else {
                    passes_left -= 1;
                }
                if passes_left == 0 || compared_left == 0 {
                    stopped_at.clone_from(&position);
                    break;
                }
            }
            if let Some(search) = &filter.search {
                self.retain_matching(search, &mut candidates).await?;
            }
            found.append(&mut candidates);
            if stopped_at.is_some() || is_last {
                return Ok(Found { positions: found, stopped_at });
            }
            if found.len() >= needed {
                return Ok(Found { positions: found, stopped_at: position });
            }
        }
    }

    /// The next rows of the list that a walk goes through, and whether these are the last.
    async fn block(
        &self,
        listing: Listing<'_>,
        Wanted { filter, sort, .. }: Wanted<'_>,
        after: Option<&str>,
        size: usize,
    ) -> Result<(Vec<Examined>, bool), StoreError> {
        let by = match sort {
            Sort::Newest | Sort::Oldest => {
                let (rows, is_last) = self.listings.by_time(listing, sort.is_descending(), after, size).await?;
                let rows = rows.into_iter().map(|TimeRow { id, price }| Examined { position: id, price }).collect();
                return Ok((rows, is_last));
            }
            Sort::PriceAsc | Sort::PriceDesc => SortedBy::Price,
            Sort::Name => SortedBy::Name,
        };
        let section = match filter.prices {
            Some(prices) if sort.is_by_price() => Section::in_range(listing, prices, sort.is_descending()),
            _ => Section::of(listing, by, sort.is_descending()),
        };
        let (rows, is_last) = self.sorted_lists.block(&section.after(after), size).await?;
        let rows = rows.into_iter().map(|row| Examined { position: row.position, price: row.keys.price }).collect();
        Ok((rows, is_last))
    }

    /// Leaves the positions whose products have the searched words.
    pub(super) async fn retain_matching(&self, search: &Search, positions: &mut Vec<String>) -> Result<(), StoreError> {
        let ids: Vec<String> = positions.iter().map(|position| id_at(position).to_owned()).collect();
        let products = self.listings.products(&ids).await?;
        let matching: HashSet<&str> =
            products.iter().filter(|product| search.matches(product)).map(|product| product.id.as_str()).collect();
        positions.retain(|position| matching.contains(id_at(position)));
        Ok(())
    }
}

impl Wanted<'_> {
    /// What comes after the position, of all matches.
    fn cut_out(self, mut positions: Vec<String>) -> Found {
        self.put_in_order(&mut positions, |position| position);
        Found::complete(positions)
    }

    /// Puts all matches in order, and leaves those after the position.
    pub fn put_in_order<T>(self, matches: &mut Vec<T>, position: impl Fn(&T) -> &String) {
        let is_descending = self.sort.is_descending();
        if let Some(after) = self.after {
            matches.retain(
                |one| if is_descending { position(one).as_str() < after } else { position(one).as_str() > after },
            );
        }
        matches.sort_unstable_by(|one, other| position(one).cmp(position(other)));
        if is_descending {
            matches.reverse();
        }
    }
}
