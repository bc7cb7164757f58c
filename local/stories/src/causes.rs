//! What will happen later because of a story: a stream's records and a queue's messages on their way.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Weak};

use crate::span::Position;
use crate::story::Story;

/// The most writes of a table, and messages, that are remembered.
const MOST: usize = 10_000;

/// Places in stories that may be forgotten meanwhile.
type Places = Vec<(Weak<Story>, Option<u64>)>;

/// The places that records and messages belong to: of the newest ones.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// By table and the last sequence number of a write: the number before its first one, and its place.
    writes: HashMap<String, BTreeMap<i64, (i64, Places)>>,
    messages: HashMap<String, Places>,
    /// The ids of the messages, oldest first.
    by_age: VecDeque<String>,
}

impl Causes {
    pub fn wrote(&mut self, table: &str, after: i64, through: i64, positions: &[Position]) {
        if !self.writes.contains_key(table) {
            self.writes.insert(table.to_owned(), BTreeMap::new());
        }
        if let Some(writes) = self.writes.get_mut(table) {
            writes.insert(through, (after, places(positions)));
            if writes.len() > MOST {
                writes.pop_first();
            }
        }
    }

    pub fn sent(&mut self, message_id: &str, positions: &[Position]) {
        if self.messages.insert(message_id.to_owned(), places(positions)).is_none() {
            self.by_age.push_back(message_id.to_owned());
        }
        if self.by_age.len() > MOST
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.messages.remove(&oldest);
        }
    }

    /// The places of a stream's record.
    pub fn record(&self, table: &str, sequence: i64) -> Vec<Position> {
        let found = self.writes.get(table).and_then(|writes| writes.range(sequence..).next());
        found.filter(|(_, (after, _))| *after < sequence).map_or_else(Vec::new, |(_, (_, places))| positions(places))
    }

    /// The places of a message.
    pub fn message(&self, message_id: &str) -> Vec<Position> {
        self.messages.get(message_id).map_or_else(Vec::new, positions)
    }
}

fn places(positions: &[Position]) -> Places {
    positions.iter().map(|position| (Arc::downgrade(&position.story), position.parent)).collect()
}

fn positions(places: &Places) -> Vec<Position> {
    let live = |(story, parent): &(Weak<Story>, Option<u64>)| {
        let story = story.upgrade().filter(|story| !story.is_forgotten())?;
        Some(Position { story, parent: *parent })
    };
    places.iter().filter_map(live).collect()
}
