//! What will happen later because of a story: a stream's records and a queue's messages on their way.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::span::Position;

/// The most places of one table's writes, and of all messages, that are remembered.
const MOST: usize = 10_000;

/// A place in a story that may be forgotten meanwhile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The story's number.
    pub story: u64,
    pub parent: Option<u64>,
}

/// The places that records and messages belong to: of the newest ones.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// By the table's name.
    writes: HashMap<String, Writes>,
    messages: HashMap<String, Vec<Place>>,
    /// The ids of the messages, oldest first.
    by_age: VecDeque<String>,
    /// How many places the messages have.
    places: usize,
}

/// The writes of one table.
#[derive(Debug, Default)]
struct Writes {
    /// By the last sequence number of a write: the number before its first one, and its places.
    by_last: BTreeMap<i64, (i64, Vec<Place>)>,
    /// How many places they have.
    places: usize,
}

impl Causes {
    /// A write's records are of these stories. `oldest` is the number of the oldest story that is kept: what belongs to
    /// older ones alone is not remembered any longer.
    pub fn wrote(&mut self, table: &str, after: i64, through: i64, positions: &[Position], oldest: u64) {
        if !self.writes.contains_key(table) {
            self.writes.insert(table.to_owned(), Writes::default());
        }
        let Some(Writes { by_last, places }) = self.writes.get_mut(table) else { return };
        *places += positions.len();
        let replaced = by_last.insert(through, (after, places_of(positions)));
        *places -= replaced.map_or(0, |(_, replaced)| replaced.len());
        while let Some(first) = by_last.first_entry()
            && (*places > MOST || is_over(&first.get().1, oldest))
        {
            *places -= first.remove().1.len();
        }
    }

    /// A message is of these stories.
    pub fn sent(&mut self, message_id: &str, positions: &[Position], oldest: u64) {
        self.places += positions.len();
        match self.messages.insert(message_id.to_owned(), places_of(positions)) {
            Some(replaced) => self.places -= replaced.len(),
            None => self.by_age.push_back(message_id.to_owned()),
        }
        while let Some(first) = self.by_age.front()
            && let Some(of) = self.messages.get(first)
            && (self.places > MOST || is_over(of, oldest))
        {
            self.places -= of.len();
            self.messages.remove(first);
            self.by_age.pop_front();
        }
    }

    /// The places of a stream's record.
    pub fn record(&self, table: &str, sequence: i64) -> Vec<Place> {
        let found = self.writes.get(table).and_then(|writes| writes.by_last.range(sequence..).next());
        found.filter(|(_, (after, _))| *after < sequence).map_or_else(Vec::new, |(_, (_, places))| places.clone())
    }

    /// The places of a message.
    pub fn message(&self, message_id: &str) -> Vec<Place> {
        self.messages.get(message_id).cloned().unwrap_or_default()
    }
}

fn places_of(positions: &[Position]) -> Vec<Place> {
    positions.iter().map(|Position { story, parent }| Place { story: story.sequence, parent: *parent }).collect()
}

/// Whether none of the places is in a story that is kept.
fn is_over(places: &[Place], oldest: u64) -> bool {
    places.iter().all(|place| place.story < oldest)
}
