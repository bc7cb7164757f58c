//! The products that have the searched words, by price or by name.
//!
//! The postings of the rarest word tell price and name, and as far as the other words' postings were read, whether a product has
//! those too. So they are sorted here, and of the others only as many products are read as the page needs. Where the rarest
//! word has too many postings, or too many that an earlier version wrote without a name, the list in the wanted order is walked,
//! and soon meets some that have it.

use std::collections::HashMap;

use tables::StoreError;

use super::found::Found;
use super::matches::{Matches, Wanted};
use super::postings::{Candidate, Candidates};
use super::{Catalogue, Listing, Total};
use crate::domain::filter::Search;
use crate::domain::index::Posting;
use crate::domain::sort::{Sort, name_position, price_position};

/// Where a product stands, and whether it is known to have the words.
struct Ranked {
    position: String,
    is_certain: bool,
}

impl Catalogue {
    pub(super) async fn matches_sorted(
        &self,
        listing: Listing<'_>,
        search: &Search,
        wanted: Wanted<'_>,
    ) -> Result<Matches, StoreError> {
        let Candidates { mut candidates, are_all } =
            self.postings.candidates(listing.state, search, wanted.filter).await?;
        if !search.is_told_by_terms() {
            candidates.iter_mut().for_each(|candidate| candidate.is_certain = false);
        }
        let certain = candidates.iter().filter(|candidate| candidate.is_certain).count();
        let is_told = are_all && certain == candidates.len() && certain <= self.limits.max_total;
        let nameless = candidates.iter().filter(|candidate| candidate.posting.facts.name.is_none()).count();
        let can_be_ranked = are_all && (wanted.sort.is_by_price() || nameless <= self.limits.max_compared);
        let found = if can_be_ranked {
            let mut ranked = self.ranked(wanted.sort, candidates).await?;
            wanted.put_in_order(&mut ranked, |ranked| &ranked.position);
            self.compare(search, ranked, wanted.needed).await?
        } else {
            self.walk(listing, wanted).await?
        };
        let total = if is_told {
            Total::Exact(certain as u64)
        } else if are_all && found.stopped_at.is_none() {
            self.counted(&found)
        } else {
            Total::AtLeast(certain.max(found.positions.len()).min(self.limits.max_total) as u64)
        };
        Ok(Matches { found, total })
    }

    /// Where the candidates stand.
    async fn ranked(&self, sort: Sort, candidates: Vec<Candidate>) -> Result<Vec<Ranked>, StoreError> {
        let (mut ranked, mut nameless) = (Vec::with_capacity(candidates.len()), Vec::new());
        for Candidate { posting: Posting { id, facts }, is_certain } in candidates {
            let position = match (sort, facts.name) {
                (Sort::Name, Some(name)) => name_position(&name, &id),
                (Sort::Name, None) => {
                    nameless.push((id, is_certain));
                    continue;
                }
                _ => price_position(facts.price, &id),
            };
            ranked.push(Ranked { position, is_certain });
        }
        let ids: Vec<String> = nameless.iter().map(|(id, _)| id.clone()).collect();
        let products = self.listings.products(&ids).await?.into_iter();
        let is_certain: HashMap<String, bool> = nameless.into_iter().collect();
        ranked.extend(products.map(|product| Ranked {
            position: sort.position(&product),
            is_certain: is_certain.get(&product.id).copied().unwrap_or_default(),
        }));
        Ok(ranked)
    }

    /// The first of these that have the words: as many as are needed, or as the budget allows.
    async fn compare(&self, search: &Search, ranked: Vec<Ranked>, needed: usize) -> Result<Found, StoreError> {
        let (mut certain, mut uncertain) = (0, 0);
        let end = ranked.iter().position(|ranked| {
            let is_end = certain >= needed || uncertain >= self.limits.max_compared;
            *if ranked.is_certain { &mut certain } else { &mut uncertain } += 1;
            is_end
        });
        let stopped_at = end.and_then(|end| ranked.get(end.checked_sub(1)?)).map(|ranked| ranked.position.clone());
        let examined = &ranked[..end.unwrap_or(ranked.len())];
        let mut compared: Vec<String> =
            examined.iter().filter(|ranked| !ranked.is_certain).map(|ranked| ranked.position.clone()).collect();
        self.retain_matching(search, &mut compared).await?;
        let mut compared = compared.into_iter().peekable();
        let has_words = |ranked: &&Ranked| ranked.is_certain || compared.next_if_eq(&ranked.position).is_some();
        let positions = examined.iter().filter(has_words).map(|ranked| ranked.position.clone()).collect();
        Ok(Found { positions, stopped_at })
    }
}
