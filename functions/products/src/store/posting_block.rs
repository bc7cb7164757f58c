//! What was read of a searched word's postings, and what that tells.

use std::cmp::Ordering;

use crate::domain::index::Posting;

/// The postings at one end of a word's list, or what follows a position in it.
pub(super) struct Block {
    pub postings: Vec<Posting>,
    pub is_descending: bool,
    /// Whether the list ends with this block.
    pub is_last: bool,
}

/// A searched word other than the rarest.
pub(super) struct OtherWord<'a> {
    pub word: &'a str,
    /// The beginning of its list, if that was read.
    pub block: Option<Block>,
}

impl Block {
    /// Whether the word's list has a product; `None` if the product comes after the block's last posting.
    pub fn contains(&self, id: &str) -> Option<bool> {
        match self.postings.binary_search_by(|posting| self.in_order(&posting.id, id)) {
            Ok(_) => Some(true),
            Err(position) => (self.is_last || position < self.postings.len()).then_some(false),
        }
    }

    /// Puts the block of the rarest word first: the shortest of the lists that end in it, otherwise the block that reaches
    /// furthest.
    pub fn by_rarity(&self, other: &Self) -> Ordering {
        match (self.is_last, other.is_last) {
            (true, true) => self.postings.len().cmp(&other.postings.len()),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.in_order(other.last_id(), self.last_id()),
        }
    }

    pub fn last_id(&self) -> &str {
        self.postings.last().map_or("", |posting| &posting.id)
    }

    /// Adds the block that follows.
    pub fn append(&mut self, mut next: Self) {
        self.postings.append(&mut next.postings);
        self.is_last = next.is_last;
    }

    /// How two ids are in the list's order.
    fn in_order(&self, one: &str, other: &str) -> Ordering {
        if self.is_descending { other.cmp(one) } else { one.cmp(other) }
    }
}

impl OtherWord<'_> {
    /// Whether a product has the word; `None` if that was not read.
    pub fn contains(&self, id: &str) -> Option<bool> {
        self.block.as_ref().and_then(|block| block.contains(id))
    }

    /// How many of these would have to be looked up.
    pub fn unknown(&self, postings: &[Posting]) -> usize {
        postings.iter().filter(|posting| self.contains(&posting.id).is_none()).count()
    }
}

/// The beginning of the postings, in which all is known of the other words, if it has `enough` that have them all.
pub(super) fn known_matches(postings: &[Posting], others: &[OtherWord<'_>], enough: usize) -> Option<usize> {
    let is_known = |posting: &Posting| others.iter().all(|other| other.contains(&posting.id).is_some());
    let known = postings.partition_point(is_known);
    let has_all = |posting: &&Posting| others.iter().all(|other| other.contains(&posting.id) == Some(true));
    (postings[..known].iter().filter(has_all).count() >= enough).then_some(known)
}
