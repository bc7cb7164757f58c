//! Search: the products that have all of the searched words, newest first.
//!
//! Each word has a list of postings, newest first, each with its product's price and category. A search reads the first
//! block of every word's list in parallel and then walks the list of the rarest word: each of its postings is looked up
//! in the other lists, in the blocks that were read or by key. The cost depends on how many products have the rarest
//! word, not on how many products there are.
//!
//! Two words can each be common and almost never occur together. So one search reads at most ten blocks of the rarest
//! word's list (some 1 MB) and looks up at most 5 000 postings by key. Then it returns what it found and the id where it
//! stopped, to continue from.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use tables::{BATCH_KEYS, StoreError, batch_get, string};

use super::IdPage;
use super::product_index::{posting_key, word_list};
use crate::domain::filter::{Filter, Search};
use crate::domain::index::Posting;
use crate::domain::sale_state::SaleState;

/// Words whose lists are read to find the rarest one; further words are only looked up.
const MAX_LISTS: usize = 8;

/// Postings in a block: some 100 bytes each, well within the 1 MB of one query.
const BLOCK_SIZE: usize = 1_001;

/// The postings in the index's table.
#[derive(Debug)]
pub struct Postings {
    client: Client,
    table: String,
    pub(super) block_size: usize,
    pub(super) budget: Budget,
}

/// What one search may spend beyond the first block of each word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Blocks of the rarest word's list.
    pub blocks: usize,
    /// Postings looked up by key. (A search of 200 bytes has some hundred terms, so even the longest one gets on.)
    pub lookups: usize,
}

const BUDGET: Budget = Budget { blocks: 10, lookups: 5_000 };

/// Consecutive postings of a word's list.
struct Block {
    postings: Vec<Posting>,
    /// Whether the list ends with this block.
    is_last: bool,
}

impl Block {
    /// Whether the word's list has a product; `None` if the product is older than the block's last posting.
    fn contains(&self, id: &str) -> Option<bool> {
        let position = self.postings.binary_search_by(|posting| id.cmp(posting.id.as_str()));
        match position {
            Ok(_) => Some(true),
            Err(position) => (self.is_last || position < self.postings.len()).then_some(false),
        }
    }

    /// A sort key that puts the rarest word's first block first: the shortest of the lists that end in it, otherwise the
    /// block that reaches back furthest.
    fn rarity(&self) -> (bool, usize, &str) {
        if self.is_last { (false, self.postings.len(), "") } else { (true, 0, self.oldest_id()) }
    }

    fn oldest_id(&self) -> &str {
        self.postings.last().map_or("", |posting| &posting.id)
    }
}

/// A searched word other than the rarest.
struct OtherWord<'a> {
    word: &'a str,
    /// The first block of its list, if it was read.
    block: Option<Block>,
}

impl OtherWord<'_> {
    /// Whether a product has the word; `None` if only a look-up can tell.
    fn contains(&self, id: &str) -> Option<bool> {
        self.block.as_ref().and_then(|block| block.contains(id))
    }
}

impl Budget {
    /// How many of the postings can be looked up for all the other words, if every one of them has every word; and
    /// spends that. At least one, so that each search gets on.
    fn spend_lookups(&mut self, postings: &[&Posting], others: &[OtherWord<'_>]) -> usize {
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

    /// The ids of the newest products of a state that have all the words and match the filter; with `after`, only ids older than
    /// that one. It finds all of them, or at least `limit`, or as many as the budget allows.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(
        &self,
        state: SaleState,
        search: &Search,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<IdPage, StoreError> {
        let terms: Vec<String> = search.terms().iter().map(|term| state.name(term)).collect();
        let (listed, unlisted) = terms.split_at(terms.len().min(MAX_LISTS));
        // A single word without a filter: every posting is a match, so no more are read than are needed.
        let is_narrowed = terms.len() > 1 || filter.category.is_some() || filter.prices.is_some();
        let block_size = if is_narrowed { self.block_size } else { limit.min(self.block_size) };
        let mut blocks = try_join_all(listed.iter().map(|word| self.block(word, after, block_size))).await?;
        let Some(rarest) = (0..blocks.len()).min_by_key(|&index| blocks[index].rarity()) else {
            return Ok(IdPage::complete(Vec::new()));
        };
        let word = &listed[rarest];
        let mut block = blocks.remove(rarest);
        let others: Vec<OtherWord<'_>> = listed
            .iter()
            .filter(|other| *other != word)
            .zip(blocks.into_iter().map(Some))
            .chain(unlisted.iter().zip(std::iter::repeat_with(|| None)))
            .map(|(word, block)| OtherWord { word, block })
            .collect();

        let mut budget = self.budget;
        let mut found = Vec::new();
        loop {
            budget.blocks -= 1;
            let candidates: Vec<&Posting> = block.postings.iter().filter(|posting| matches(posting, filter)).collect();
            let affordable = budget.spend_lookups(&candidates, &others);
            let mut ids: Vec<String> = candidates[..affordable].iter().map(|posting| posting.id.clone()).collect();
            let last = ids.last().cloned();
            for other in &others {
                ids = self.with_word(other, ids).await?;
            }
            found.append(&mut ids);
            if affordable < candidates.len() {
                return Ok(IdPage { ids: found, stopped_at: last });
            }
            if block.is_last || found.len() >= limit {
                return Ok(IdPage::complete(found));
            }
            if budget.blocks == 0 || budget.lookups == 0 {
                return Ok(IdPage { ids: found, stopped_at: Some(block.oldest_id().to_owned()) });
            }
            block = self.block(word, Some(block.oldest_id()), self.block_size).await?;
        }
    }

    /// Those of the products of a state that have all the words, and how many postings were looked up for that.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn with_words(
        &self,
        state: SaleState,
        search: &Search,
        mut ids: Vec<String>,
    ) -> Result<(HashSet<String>, usize), StoreError> {
        let mut lookups = 0;
        for term in search.terms() {
            lookups += ids.len();
            let word = state.name(term);
            let asked: Vec<&String> = ids.iter().collect();
            let batches = asked.chunks(BATCH_KEYS).map(|ids| self.look_up(&word, ids));
            ids = try_join_all(batches).await?.into_iter().flatten().collect();
        }
        Ok((ids.into_iter().collect(), lookups))
    }

    async fn block(&self, word: &str, after: Option<&str>, size: usize) -> Result<Block, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .expression_attribute_names("#list", "list")
            .expression_attribute_values(":list", string(word_list(word)))
            .scan_index_forward(false)
            .limit(i32::try_from(size).unwrap_or(i32::MAX));
        let query = match after {
            None => query.key_condition_expression("#list = :list"),
            Some(id) => query
                .key_condition_expression("#list = :list AND id < :after")
                .expression_attribute_values(":after", string(id)),
        };
        let page = query.send().await?;
        let postings = serde_dynamo::from_items(page.items.unwrap_or_default())?;
        Ok(Block { postings, is_last: page.last_evaluated_key.is_none() })
    }

    /// Those of the products that have the word.
    async fn with_word(&self, other: &OtherWord<'_>, ids: Vec<String>) -> Result<Vec<String>, StoreError> {
        let unknown: Vec<&String> = ids.iter().filter(|id| other.contains(id).is_none()).collect();
        let batches = unknown.chunks(BATCH_KEYS).map(|ids| self.look_up(other.word, ids));
        let looked_up: HashSet<String> = try_join_all(batches).await?.into_iter().flatten().collect();
        Ok(ids.into_iter().filter(|id| other.contains(id).unwrap_or_else(|| looked_up.contains(id))).collect())
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
