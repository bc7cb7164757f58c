//! Search: the products that have all of the searched words, by time.
//!
//! Each word has a list of postings, by time, each with its product's price, category and name. A search reads the first
//! block of every word's list in parallel and then walks the list of the rarest word: each of its postings is looked up
//! in the other lists, in the blocks that were read, in a second one where that takes less, or by key. The cost depends on
//! how many products have the rarest word, not on how many products there are.
//!
//! Two words can each be common and almost never occur together. So one search has a [`Budget`]. When it is spent, the search
//! returns what it found and the id where it stopped, to continue from.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError, batch_get, string};

use super::found::Found;
use super::posting_block::{Block, OtherWord, known_matches};
use super::product_index::{posting_key, word_list};
use crate::domain::filter::{Filter, Search};
use crate::domain::index::Posting;
use crate::domain::sale_state::SaleState;

/// Words whose lists are read to find the rarest one; further words are only looked up.
const MAX_LISTS: usize = 8;

/// Postings in the first block of a word: some 120 bytes each, three read units, so that a word's partition takes a thousand
/// searches a second. The next block has all that the budget leaves, well within the 1 MB of one query.
const BLOCK_SIZE: usize = 200;

/// Postings that are read in a block for what one takes that is looked up.
const POSTINGS_PER_LOOKUP: usize = 30;

/// The postings in the index's table.
#[derive(Debug)]
pub struct Postings {
    client: Client,
    table: String,
    pub(super) block_size: usize,
    pub(super) budget: Budget,
}

/// What one search may spend.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Postings of each word's list: some 15 read units.
    pub postings: usize,
    /// Postings looked up by key, half a read unit each. (A search of 200 bytes has some hundred terms, so even the longest one
    /// gets on.)
    pub lookups: usize,
}

const BUDGET: Budget = Budget { postings: 1_000, lookups: 100 };

/// Products found within a budget.
#[derive(Debug)]
pub(super) struct FoundPostings {
    /// A posting of each, by time.
    pub postings: Vec<Posting>,
    /// The id that was examined last, if it was not the list's last.
    pub stopped_at: Option<String>,
}

/// A product that has the rarest of the searched words.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its posting.
    pub posting: Posting,
    /// Whether it is known to have all the others too.
    pub is_certain: bool,
}

/// The products that may have all searched words.
pub(super) struct Candidates {
    /// The newest of them, as many as may be read.
    pub candidates: Vec<Candidate>,
    /// Whether there are no others.
    pub are_all: bool,
}

/// The first block of each searched word.
struct Opened<'a> {
    /// The rarest word.
    word: &'a str,
    block: Block,
    others: Vec<OtherWord<'a>>,
}

impl FoundPostings {
    /// Their ids.
    pub fn into_ids(self) -> Found {
        let positions = self.postings.into_iter().map(|posting| posting.id).collect();
        Found { positions, stopped_at: self.stopped_at }
    }
}

impl Budget {
    /// How many of the postings can be looked up for all the other words, if every one of them has every word; and
    /// spends that. At least one, so that each search gets on.
    fn spend_lookups(&mut self, postings: &[Posting], others: &[OtherWord<'_>]) -> usize {
        for (index, posting) in postings.iter().enumerate() {
            let cost = others.iter().filter(|other| other.contains(&posting.id).is_none()).count();
            if cost > self.lookups && index > 0 {
                return index;
            }
            self.lookups = self.lookups.saturating_sub(cost);
        }
        postings.len()
    }
}

impl Postings {
    /// The postings in `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, block_size: BLOCK_SIZE, budget: BUDGET }
    }

    /// The first products of a state, by time, that have all the words and match the filter; with `after`, only those behind
    /// that id. It finds all of them, or at least `limit`, or as many as the budget allows.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn find(
        &self,
        state: SaleState,
        search: &Search,
        filter: &Filter,
        is_descending: bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<FoundPostings, StoreError> {
        let terms: Vec<String> = search.terms().iter().map(|term| state.name(term)).collect();
        let Some(Opened { word, mut block, mut others }) =
            self.open(&terms, filter, is_descending, after, limit).await?
        else {
            return Ok(FoundPostings { postings: Vec::new(), stopped_at: None });
        };
        let mut budget = self.budget;
        let mut found = Vec::new();
        loop {
            budget.postings = budget.postings.saturating_sub(block.postings.len());
            let (mut last, mut is_last) = (block.last_id().to_owned(), block.is_last);
            let mut candidates = block.postings;
            candidates.retain(|posting| matches(posting, filter));
            let decided = match known_matches(&candidates, &others, limit.saturating_sub(found.len())) {
                Some(known) => known,
                None => {
                    self.read_on(&mut others, &candidates).await?;
                    budget.spend_lookups(&candidates, &others)
                }
            };
            let is_cut_off = decided < candidates.len();
            if is_cut_off {
                candidates.truncate(decided);
                is_last = false;
                last = candidates.last().map_or(last, |posting| posting.id.clone());
            }
            for other in &others {
                candidates = self.with_word(other, candidates).await?;
            }
            found.append(&mut candidates);
            if is_last {
                return Ok(FoundPostings { postings: found, stopped_at: None });
            }
            if is_cut_off || found.len() >= limit || budget.postings == 0 || budget.lookups == 0 {
                return Ok(FoundPostings { postings: found, stopped_at: Some(last) });
            }
            block = self.block(word, is_descending, Some(&last), budget.postings).await?;
        }
    }

    /// The products of a state that have the rarest word and match the filter, and what is known of the other words without looking
    /// anything up.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn candidates(
        &self,
        state: SaleState,
        search: &Search,
        filter: &Filter,
    ) -> Result<Candidates, StoreError> {
        let terms: Vec<String> = search.terms().iter().map(|term| state.name(term)).collect();
        let Some(Opened { word, mut block, mut others }) =
            self.open(&terms, filter, true, None, self.budget.postings).await?
        else {
            return Ok(Candidates { candidates: Vec::new(), are_all: true });
        };
        let postings_left = self.budget.postings.saturating_sub(block.postings.len());
        if !block.is_last && postings_left > 0 {
            let next = self.block(word, true, Some(block.last_id()), postings_left).await?;
            block.append(next);
        }
        let are_all = block.is_last;
        let mut postings = block.postings;
        postings.retain(|posting| matches(posting, filter));
        if are_all {
            self.read_on(&mut others, &postings).await?;
        }
        let known = |posting: &Posting| others.iter().map(|other| other.contains(&posting.id)).collect::<Vec<_>>();
        let candidates = postings.into_iter().filter_map(|posting| {
            let known = known(&posting);
            let is_certain = known.iter().all(|has| *has == Some(true));
            (!known.contains(&Some(false))).then_some(Candidate { posting, is_certain })
        });
        Ok(Candidates { candidates: candidates.collect(), are_all })
    }

    /// Reads the first block of each word.
    async fn open<'a>(
        &self,
        terms: &'a [String],
        filter: &Filter,
        is_descending: bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Option<Opened<'a>>, StoreError> {
        let (listed, unlisted) = terms.split_at(terms.len().min(MAX_LISTS));
        // A single word without a filter: every posting is a match, so no more are read than are needed.
        let is_narrowed = terms.len() > 1 || filter.category.is_some() || filter.prices.is_some();
        let size = if is_narrowed { self.block_size } else { limit };
        let size = size.min(self.budget.postings);
        let mut blocks = try_join_all(listed.iter().map(|word| self.block(word, is_descending, after, size))).await?;
        let Some(rarest) = (0..blocks.len()).min_by(|&one, &other| blocks[one].by_rarity(&blocks[other])) else {
            return Ok(None);
        };
        let word = &listed[rarest];
        let block = blocks.remove(rarest);
        let others = listed
            .iter()
            .filter(|other| *other != word)
            .zip(blocks.into_iter().map(Some))
            .chain(unlisted.iter().zip(std::iter::repeat_with(|| None)))
            .map(|(word, block)| OtherWord { word, block })
            .collect();
        Ok(Some(Opened { word, block, others }))
    }

    /// Reads more of the words' lists where that takes less than to look up one by one what is not known of these postings:
    /// once for each word, and as far as the budget of the rarest word goes.
    async fn read_on(&self, others: &mut [OtherWord<'_>], postings: &[Posting]) -> Result<(), StoreError> {
        let size = self.budget.postings - self.block_size.min(self.budget.postings);
        let lists = others.iter_mut().filter(|other| other.unknown(postings) * POSTINGS_PER_LOOKUP > size);
        try_join_all(lists.map(async |OtherWord { word, block }| {
            if let Some(block) = block
                && block.postings.len() <= self.block_size
                && size > 0
            {
                block.append(self.block(word, block.is_descending, Some(block.last_id()), size).await?);
            }
            Ok::<_, StoreError>(())
        }))
        .await?;
        Ok(())
    }

    async fn block(
        &self,
        word: &str,
        is_descending: bool,
        after: Option<&str>,
        size: usize,
    ) -> Result<Block, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(match (after, is_descending) {
                (None, _) => "#list = :list",
                (Some(_), true) => "#list = :list AND id < :after",
                (Some(_), false) => "#list = :list AND id > :after",
            })
            .expression_attribute_names("#list", "list")
            .expression_attribute_values(":list", string(word_list(word)))
            .scan_index_forward(!is_descending)
            .limit(i32::try_from(size).unwrap_or(i32::MAX));
        let query = match after {
            None => query,
            Some(id) => query.expression_attribute_values(":after", string(id)),
        };
        let page = query.send().await?;
        let postings = serde_dynamo::from_items(page.items.unwrap_or_default())?;
        Ok(Block { postings, is_descending, is_last: page.last_evaluated_key.is_none() })
    }

    /// Those of the products that have the word.
    async fn with_word(&self, other: &OtherWord<'_>, mut postings: Vec<Posting>) -> Result<Vec<Posting>, StoreError> {
        let ids = postings.iter().map(|posting| &posting.id);
        let unknown: Vec<&String> = ids.filter(|id| other.contains(id).is_none()).collect();
        let batches = unknown.chunks(BATCH_KEYS).map(|ids| self.look_up(other.word, ids));
        let looked_up: HashSet<String> = try_join_all(batches).await?.into_iter().flatten().collect();
        postings.retain(|Posting { id, .. }| other.contains(id).unwrap_or_else(|| looked_up.contains(id)));
        Ok(postings)
    }

    async fn look_up(&self, word: &str, ids: &[&String]) -> Result<Vec<String>, StoreError> {
        let keys = ids.iter().map(|id| posting_key(word, id)).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build()?;
        let mut items = batch_get(&self.client, HashMap::from([(self.table.clone(), keys)])).await?;
        let found: Vec<Posting> = serde_dynamo::from_items(items.remove(&self.table).unwrap_or_default())?;
        Ok(found.into_iter().map(|posting| posting.id).collect())
    }
}

fn matches(posting: &Posting, filter: &Filter) -> bool {
    filter.category.as_ref().is_none_or(|category| *category == posting.facts.category)
        && filter.prices.is_none_or(|prices| prices.contains(posting.facts.price))
}
