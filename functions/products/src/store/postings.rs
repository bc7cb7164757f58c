//! Searching: the products that have all of some words, newest first.
//!
//! Each word has a list of postings, newest first, each with its product's price and category. The search reads a
//! block of every word's list side by side and goes on along the one whose postings are the fewest: its postings
//! are looked up in the other lists, in the blocks that were read or by key. What that costs depends on how many
//! products have the rarest of the words, not on how many products there are.
//!
//! Two words may be frequent and yet hardly ever meet. So one search reads at most ten blocks of the rarest word's
//! list (some 1 MB) and looks up at most 5 000 postings by key; then it gives what it found, and the id at which it
//! stopped, to go on from.

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use tables::StoreError;

use super::index::{posting_key, word_list};
use super::{Listed, read, text};
use crate::domain::filter::{Filter, Search};
use crate::domain::index::Posting;

/// Words whose lists are read to find the rarest; the others are only looked up.
const PROBES: usize = 8;

/// Postings that are read at once: some 100 bytes each, well inside the 1 MB of one call.
const BLOCK: usize = 1_001;

/// Keys a batch of reads takes ("BatchGetItem").
const BATCH: usize = 100;

/// The lists of postings.
#[derive(Debug)]
pub struct Postings {
    client: Client,
    table: String,
    pub(super) at_once: usize,
    pub(super) budget: Budget,
}

/// What one search may cost, beside the first block of each word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Blocks of the rarest word's list.
    pub blocks: usize,
    /// Postings that are looked up by key. (A search of 200 bytes has at most 100 words, so this gets on.)
    pub lookups: usize,
}

const BUDGET: Budget = Budget { blocks: 10, lookups: 5_000 };

/// A run of a word's list.
struct Block {
    postings: Vec<Posting>,
    /// Whether the list ends with it.
    ends: bool,
}

impl Block {
    /// Whether a product is in the word's list, if the block tells: it does from where it begins to its last posting.
    fn tells(&self, id: &str) -> Option<bool> {
        let position = self.postings.binary_search_by(|posting| id.cmp(posting.id.as_str()));
        match position {
            Ok(_) => Some(true),
            Err(place) => (self.ends || place < self.postings.len()).then_some(false),
        }
    }

    /// Sorts the first blocks of lists, the rarest word's first: of those that ended the shortest, or else the one that
    /// goes back furthest.
    fn rarity(&self) -> (bool, usize, &str) {
        if self.ends { (false, self.postings.len(), "") } else { (true, 0, self.reaches()) }
    }

    /// The id of the last product in it.
    fn reaches(&self) -> &str {
        self.postings.last().map_or("", |posting| &posting.id)
    }
}

/// A word that is not the rarest, with the first block of its list, if that was read.
struct Other<'a> {
    word: &'a str,
    block: Option<Block>,
}

impl Other<'_> {
    /// Whether a product has the word, as far as it is known without a look-up.
    fn tells(&self, id: &str) -> Option<bool> {
        self.block.as_ref().and_then(|block| block.tells(id))
    }
}

impl Budget {
    /// How many of the postings can be looked up for all the words, were none to fall out on the way; and takes that
    /// off. At least one: a search gets on however little is left.
    fn afford(&mut self, postings: &[&Posting], others: &[Other<'_>]) -> usize {
        for (place, posting) in postings.iter().enumerate() {
            let cost = others.iter().filter(|other| other.tells(&posting.id).is_none()).count();
            if cost > self.lookups && place > 0 {
                return place;
            }
            self.lookups = self.lookups.saturating_sub(cost);
        }
        postings.len()
    }
}

impl Postings {
    /// The index table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, at_once: BLOCK, budget: BUDGET }
    }

    /// The ids of the newest products that have all the words and pass the filter, from before the id `after`: all
    /// there are, or else at least `most`, or else as many as the budget finds.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(
        &self,
        search: &Search,
        filter: &Filter,
        after: Option<&str>,
        most: usize,
    ) -> Result<Listed, StoreError> {
        let (probed, others) = search.words().split_at(search.words().len().min(PROBES));
        let narrowed = probed.len() + others.len() > 1 || filter.category.is_some() || filter.prices.is_some();
        let at_once = if narrowed { self.at_once } else { most.min(self.at_once) };
        let mut blocks = try_join_all(probed.iter().map(|word| self.block(word, after, at_once))).await?;
        let Some(rarest) = (0..blocks.len()).min_by_key(|&at| blocks[at].rarity()) else {
            return Ok(Listed::whole(Vec::new()));
        };
        let word = &probed[rarest];
        let mut block = blocks.remove(rarest);
        let others: Vec<Other<'_>> = probed
            .iter()
            .filter(|other| *other != word)
            .zip(blocks.into_iter().map(Some))
            .chain(others.iter().zip(std::iter::repeat_with(|| None)))
            .map(|(word, block)| Other { word, block })
            .collect();

        let mut left = self.budget;
        let mut rows = Vec::new();
        loop {
            left.blocks -= 1;
            let passing: Vec<&Posting> = block.postings.iter().filter(|posting| passes(posting, filter)).collect();
            let affordable = left.afford(&passing, &others);
            let mut ids: Vec<String> = passing[..affordable].iter().map(|posting| posting.id.clone()).collect();
            let last = ids.last().cloned();
            for other in &others {
                ids = self.having(other, ids).await?;
            }
            rows.append(&mut ids);
            if affordable < passing.len() {
                return Ok(Listed { ids: rows, stopped_at: last });
            }
            if block.ends || rows.len() >= most {
                return Ok(Listed::whole(rows));
            }
            if left.blocks == 0 || left.lookups == 0 {
                return Ok(Listed { ids: rows, stopped_at: Some(block.reaches().to_owned()) });
            }
            block = self.block(word, Some(block.reaches()), self.at_once).await?;
        }
    }

    async fn block(&self, word: &str, after: Option<&str>, most: usize) -> Result<Block, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .expression_attribute_names("#list", "list")
            .expression_attribute_values(":list", text(word_list(word)))
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX));
        let query = match after {
            None => query.key_condition_expression("#list = :list"),
            Some(id) => query
                .key_condition_expression("#list = :list AND id < :after")
                .expression_attribute_values(":after", text(id)),
        };
        let page = query.send().await?;
        let postings = page.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Block { postings, ends: page.last_evaluated_key.is_none() })
    }

    /// Those of the products that have a word.
    async fn having(&self, other: &Other<'_>, ids: Vec<String>) -> Result<Vec<String>, StoreError> {
        let unknown: Vec<&String> = ids.iter().filter(|id| other.tells(id).is_none()).collect();
        let looked_up: HashSet<String> = try_join_all(unknown.chunks(BATCH).map(|ids| self.look_up(other.word, ids)))
            .await?
            .into_iter()
            .flatten()
            .collect();
        Ok(ids.into_iter().filter(|id| other.tells(id).unwrap_or_else(|| looked_up.contains(id))).collect())
    }

    async fn look_up(&self, word: &str, ids: &[&String]) -> Result<Vec<String>, StoreError> {
        let keys = ids.iter().map(|id| posting_key(word, id)).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build().map_err(StoreError::item)?;
        let output = self.client.batch_get_item().request_items(&self.table, keys).send().await?;
        if output.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::busy("unprocessed keys"));
        }
        let found = output.responses.unwrap_or_default().into_values().flatten();
        found.map(|item| read(item).map(|posting: Posting| posting.id)).collect()
    }
}

fn passes(posting: &Posting, filter: &Filter) -> bool {
    filter.category.as_ref().is_none_or(|category| *category == posting.facts.category)
        && filter.prices.is_none_or(|prices| prices.contain(posting.facts.price))
}
