//! The recorder: the newest stories, within its limits.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smallvec::{SmallVec, smallvec};
use tokio::sync::watch;

use crate::buffers::Buffers;
use crate::causes::{Causes, Place};
use crate::kept::Chunks;
use crate::span::{Position, Positions, Span};
use crate::story::{Call, State, Story, StoryKind};
use crate::tree::Tree;
use crate::words::Words;

/// The attributes of each table's key, by the table's name.
pub type Tables = BTreeMap<String, Vec<String>>;

/// How much a recorder keeps. The oldest stories make room for new ones.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most stories.
    pub stories: usize,
    /// The most bytes of all stories together: every text, detail, payload and log line, and an allowance for each entry. Small
    /// entries of several stories share 32 KB of memory, which is free once none of them is kept.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { stories: 1_000, bytes: 32 * 1024 * 1024 }
    }
}

/// Records stories. A clone is the same recorder; the default records nothing.
#[derive(Debug, Clone, Default)]
pub struct Recorder(pub(crate) Option<Arc<Shared>>);

#[derive(Debug)]
pub(crate) struct Shared {
    limits: Limits,
    pub tables: Tables,
    /// Oldest first, which is the order of their numbers.
    stories: Mutex<VecDeque<Arc<Story>>>,
    /// How many stories were begun. Changes while `stories` is locked.
    begun: AtomicU64,
    /// Bytes of all stories together.
    bytes: AtomicUsize,
    /// The number of the last change. Held while a story takes a number, so that none is seen before its story has it.
    latest: Mutex<u64>,
    /// Told of changes, while there are receivers.
    changes: watch::Sender<u64>,
    /// How many entries were opened.
    entries: AtomicU64,
    causes: Mutex<Causes>,
    pub buffers: Buffers,
    pub chunks: Chunks,
}

/// What a story had. It takes as long to free as to record.
struct Dropped {
    _story: Arc<Story>,
    _state: State,
    /// What no other story keeps.
    _batches: Vec<Tree>,
}

impl Recorder {
    /// A recorder without stories. The keys of `tables` are how items are shown.
    pub fn new(limits: Limits, tables: Tables) -> Self {
        Self(Some(Arc::new(Shared {
            limits,
            tables,
            stories: Mutex::default(),
            begun: AtomicU64::default(),
            bytes: AtomicUsize::default(),
            latest: Mutex::default(),
            changes: watch::Sender::default(),
            entries: AtomicU64::default(),
            causes: Mutex::default(),
            buffers: Buffers::default(),
            chunks: Chunks::default(),
        })))
    }

    /// Begins the story of a call.
    pub fn begin(&self, kind: StoryKind, id: &str, title: impl FnOnce() -> String) -> Call {
        let Some(shared) = &self.0 else { return Call::new(Span::default()) };
        let story = shared.begin(kind, id, title());
        shared.changed(&story.change);
        Call::new(Span::at(Arc::clone(shared), smallvec![Position { story, parent: None }]))
    }

    /// The stories of a stream's record.
    pub fn record(&self, table: &str, sequence: i64) -> Span {
        self.place(|causes| causes.record(table, sequence))
    }

    /// The stories of a queue's message. One that was redriven, or sent by somebody else, belongs to the newest story that
    /// its body names by an id.
    pub fn message(&self, message_id: &str, body: &str) -> Span {
        let sent = self.place(|causes| causes.message(message_id));
        if sent.is_recorded() { sent } else { self.named(body) }
    }

    fn named(&self, text: &str) -> Span {
        let Some(shared) = &self.0 else { return Span::default() };
        let stories: Vec<Arc<Story>> = shared.stories().iter().cloned().collect();
        let newest = Words::of([text]).named(stories, |story| story).pop();
        Span::at(Arc::clone(shared), newest.map(|story| Position { story, parent: None }).into_iter().collect())
    }

    /// Whether anything is recorded.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Waits until there is a change after the one of this number, at most as long as `wait`.
    pub async fn changed(&self, after: u64, wait: Duration) {
        let Some(shared) = &self.0 else { return };
        let mut changes = shared.changes.subscribe();
        // Told before there was this receiver, perhaps.
        if shared.latest() <= after {
            let _ = tokio::time::timeout(wait, changes.wait_for(|latest| *latest > after)).await;
        }
    }

    /// How many stories there are, and the bytes that count for them.
    pub fn size(&self) -> (usize, usize) {
        self.0.as_ref().map_or((0, 0), |shared| (shared.stories().len(), shared.bytes.load(Ordering::SeqCst)))
    }

    fn place(&self, find: impl FnOnce(&Causes) -> Vec<Place>) -> Span {
        let Some(shared) = &self.0 else { return Span::default() };
        let places = find(&shared.causes());
        Span::at(Arc::clone(shared), shared.positions(&places))
    }
}

impl Shared {
    pub fn next_entry(&self) -> u64 {
        self.entries.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn latest(&self) -> u64 {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn charge(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
    }

    pub fn refund(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::SeqCst);
    }

    /// Takes note of a change of a story or a batch: `of` is where its number is kept.
    pub fn changed(&self, of: &AtomicU64) {
        let change = {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            *latest += 1;
            of.store(*latest, Ordering::SeqCst);
            *latest
        };
        // Nobody looks, most of the time.
        if self.changes.receiver_count() > 0 {
            self.changes.send_if_modified(|told| std::mem::replace(told, change.max(*told)) < change);
        }
    }

    pub fn causes(&self) -> MutexGuard<'_, Causes> {
        self.causes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn stories(&self) -> MutexGuard<'_, VecDeque<Arc<Story>>> {
        self.stories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the oldest stories until the others are within the limits.
    pub fn make_room(&self) {
        if self.bytes.load(Ordering::SeqCst) > self.limits.bytes {
            let dropped = self.trim(&mut self.stories());
            drop(dropped);
        }
    }

    /// The number of the oldest story that is kept.
    pub fn oldest(&self) -> u64 {
        self.stories().front().map_or(u64::MAX, |story| story.sequence)
    }

    /// The places in stories that are still kept.
    fn positions(&self, places: &[Place]) -> Positions {
        let stories = self.stories();
        let position = |&Place { story, parent }: &Place| {
            let at = stories.binary_search_by_key(&story, |story| story.sequence).ok()?;
            Some(Position { story: Arc::clone(&stories[at]), parent })
        };
        places.iter().filter_map(position).collect()
    }

    fn begin(&self, kind: StoryKind, id: &str, title: String) -> Arc<Story> {
        let mut stories = self.stories();
        let sequence = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let story = Arc::new(Story::new(kind, id.to_owned(), title, sequence));
        self.charge(story.bytes());
        stories.push_back(Arc::clone(&story));
        let dropped = self.trim(&mut stories);
        // Not while others wait.
        drop(stories);
        drop(dropped);
        story
    }

    /// Drops the oldest stories that are over the limits, and gives what they had.
    fn trim(&self, stories: &mut VecDeque<Arc<Story>>) -> SmallVec<[Dropped; 1]> {
        let mut dropped = SmallVec::new();
        while stories.len() > self.limits.stories || self.bytes.load(Ordering::SeqCst) > self.limits.bytes {
            let Some(oldest) = stories.pop_front() else { break };
            let state = oldest.forget();
            self.refund(state.tree.bytes);
            let batches = state.kept_branches().filter_map(|branch| branch.let_go(self)).collect();
            dropped.push(Dropped { _batches: batches, _state: state, _story: oldest });
        }
        dropped
    }
}
