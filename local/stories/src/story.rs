//! The story of one call: what the call was, and the entries of what it caused.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use crate::entry::Entry;
use crate::ids::{Ids, Source};
use crate::kept::{Kept, Seen};
use crate::recorder::Shared;
use crate::span::Span;
use crate::text;

/// What a story or an entry takes beside its texts, details, payloads and lines, in bytes.
const BESIDE: usize = 512;
/// What is counted for an entry's first details and lines when it is opened, so that not each of them has to be.
pub(crate) const PREPAID: usize = 256;
/// The most entries of one story.
const MOST_ENTRIES: usize = 5_000;
/// The most that one story takes, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most ids of a story beside those of its invocations.
const MOST_IDS: usize = 20;

/// Who made the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoryKind {
    /// A client of the API.
    Api,
    /// Somebody with an AWS SDK, the AWS CLI or a subcommand.
    Operator,
    /// A schedule.
    Schedule,
    /// Nobody who is known: the records or messages were there before the recorder.
    Event,
}

impl StoryKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Operator => "operator",
            Self::Schedule => "schedule",
            Self::Event => "event",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Story {
    pub id: String,
    pub kind: StoryKind,
    pub title: String,
    pub started: Instant,
    pub started_at: SystemTime,
    /// Its number among the stories, which are kept in this order.
    pub sequence: u64,
    /// The number of its last change, among those of all stories.
    pub change: AtomicU64,
    /// Whether the call, or something it caused, failed.
    pub failed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    links: Vec<Link>,
    /// Entries that are under way.
    pub open: usize,
    /// How long the call itself took; `None` while it is under way.
    pub duration: Option<Duration>,
    /// The HTTP status that it was answered with.
    pub status: Option<u16>,
    /// Whatever leads to the story.
    pub ids: Ids,
    pub entries_omitted: u64,
    /// Whether something of an entry found no room.
    pub is_full: bool,
    /// Bytes that count against the recorder's limit.
    pub bytes: usize,
    /// Whether the recorder has dropped it.
    forgotten: bool,
}

impl State {
    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.links.len()
    }
}

/// An entry and its place in the tree.
#[derive(Debug, Clone)]
struct Link {
    parent: Option<u64>,
    entry: Linked,
}

#[derive(Debug, Clone)]
enum Linked {
    /// Something may be added.
    Open(Arc<Entry>),
    Done(Kept),
}

impl Link {
    fn is_open(&self, id: u64) -> bool {
        matches!(&self.entry, Linked::Open(entry) if entry.id == id)
    }

    fn seen(self) -> Seen {
        let kept = match self.entry {
            // Its lock is held only to copy it.
            Linked::Open(entry) => entry.kept(|pieces| Bytes::copy_from_slice(pieces.as_bytes())),
            Linked::Done(kept) => kept,
        };
        kept.seen(self.parent)
    }
}

impl Story {
    pub fn new(kind: StoryKind, id: String, title: String, sequence: u64) -> Self {
        let title = text::cut_owned(title);
        // The id is kept twice.
        let bytes = BESIDE + 2 * text::bytes(&id) + text::bytes(&title);
        let mut state = State { bytes, ..State::default() };
        state.ids.add(Source::Stack, &id);
        Self {
            id,
            kind,
            title,
            started: Instant::now(),
            started_at: SystemTime::now(),
            sequence,
            change: AtomicU64::default(),
            failed: AtomicBool::default(),
            state: Mutex::new(state),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn bytes(&self) -> usize {
        self.state().bytes
    }

    /// Adds an entry, if there is room.
    pub fn add(&self, shared: &Shared, parent: Option<u64>, entry: &Arc<Entry>, name: &str) -> bool {
        let mut state = self.state();
        if state.forgotten {
            return false;
        }
        if state.links.len() >= MOST_ENTRIES {
            state.entries_omitted += 1;
            return false;
        }
        state.links.push(Link { parent, entry: Linked::Open(Arc::clone(entry)) });
        state.open += 1;
        let bytes = BESIDE + PREPAID + text::bytes(name);
        state.bytes += bytes;
        shared.charge(bytes);
        true
    }

    /// Takes note that one of its entries has ended.
    pub fn ended(&self) {
        let mut state = self.state();
        state.open = state.open.saturating_sub(1);
    }

    /// Makes room for as many bytes.
    pub fn charge(&self, shared: &Shared, bytes: usize) -> Room {
        let mut state = self.state();
        if state.forgotten {
            return Room::Forgotten;
        }
        if state.bytes + bytes > MOST_BYTES {
            state.is_full = true;
            return Room::Full;
        }
        state.bytes += bytes;
        shared.charge(bytes);
        Room::Made
    }

    /// All entries as they are now, oldest first. The lock is held only to take them.
    pub fn entries(&self) -> impl Iterator<Item = Seen> {
        let links = self.state().links.clone();
        links.into_iter().map(Link::seen)
    }

    /// Nothing is added to an entry any more.
    pub fn done(&self, kept: &Kept) {
        let mut state = self.state();
        // One of the newest, mostly.
        if let Some(link) = state.links.iter_mut().rev().find(|link| link.is_open(kept.id)) {
            link.entry = Linked::Done(kept.clone());
        }
    }

    /// Gives back room that was made.
    pub fn refund(&self, shared: &Shared, bytes: usize) {
        let mut state = self.state();
        // What it had is free already if it is forgotten.
        if !state.forgotten {
            state.bytes -= bytes;
            shared.refund(bytes);
        }
    }

    /// Adds the request id of an invocation.
    pub fn has_invocation(&self, shared: &Shared, id: &str) {
        self.add_id(shared, Source::Invocation, id);
    }

    /// Adds an id that the stack or the caller gave, if it is new.
    pub fn known_as(&self, shared: &Shared, source: Source, id: &str) {
        let is_new = self.state().ids.lack(source, id, MOST_IDS);
        if is_new {
            self.add_id(shared, source, id);
        }
    }

    fn add_id(&self, shared: &Shared, source: Source, id: &str) {
        if self.charge(shared, text::bytes(id)) == Room::Made {
            self.state().ids.add(source, id);
        }
    }

    /// Keeps nothing any more. Gives what it had.
    pub fn forget(&self) -> State {
        let forgotten = State { forgotten: true, ..State::default() };
        std::mem::replace(&mut *self.state(), forgotten)
    }
}

/// Whether a story has room for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// It has, and has counted it.
    Made,
    /// It has as much as a story may have.
    Full,
    /// The recorder has dropped it.
    Forgotten,
}

/// A call under way, whose story is being recorded.
#[derive(Debug)]
pub struct Call {
    span: Span,
    is_done: bool,
}

impl Call {
    pub(crate) fn new(span: Span) -> Self {
        Self { span, is_done: false }
    }

    /// The root of the story's tree.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// The call was answered: with this HTTP status, if it has one. What it caused may go on.
    pub fn finish(mut self, status: Option<u16>, has_failed: bool) {
        self.end(status, has_failed);
    }

    fn end(&mut self, status: Option<u16>, has_failed: bool) {
        if std::mem::replace(&mut self.is_done, true) {
            return;
        }
        self.span.stories(|shared, story| {
            {
                let mut state = story.state();
                state.duration = Some(story.started.elapsed());
                state.status = status;
            }
            if has_failed {
                story.failed.store(true, Ordering::Relaxed);
            }
            shared.changed(story);
        });
    }
}

/// The caller went away before the answer.
impl Drop for Call {
    fn drop(&mut self) {
        self.end(None, false);
    }
}
