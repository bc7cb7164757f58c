//! The story of one call: what the call was, and the entries of what it caused.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::ids::{Ids, Source};
use crate::kept::Seen;
use crate::recorder::Shared;
use crate::span::Span;
use crate::text;
use crate::tree::{BESIDE, Branch, Link, Most, Tree};

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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Api, Self::Operator, Self::Schedule, Self::Event];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
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
    /// What the call caused by itself.
    pub tree: Tree,
    /// What batches caused that records or messages of the call were in.
    batches: Vec<Joined>,
    /// How long the call itself took; `None` while it is under way.
    pub duration: Option<Duration>,
    /// The HTTP status that it was answered with.
    pub status: Option<u16>,
    /// Whatever leads to the story.
    pub ids: Ids,
}

/// A batch that a story takes part in.
#[derive(Debug, Clone)]
struct Joined {
    branch: Arc<Branch>,
    /// The entry that led to it.
    parent: Option<u64>,
    /// Whether the story is one of those that keep it.
    keeps: bool,
}

/// What its trees come to.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub entries: usize,
    pub entries_omitted: u64,
    /// Whether something of an entry found no room.
    pub is_full: bool,
    /// Whether something is under way.
    pub is_open: bool,
    pub has_failed: bool,
}

impl State {
    /// Counts what there is.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        totals.add(&self.tree);
        for branch in self.branches() {
            totals.add(&branch.tree());
            totals.has_failed |= branch.failed.load(Ordering::Relaxed);
        }
        totals
    }

    /// What batches caused.
    pub fn branches(&self) -> impl Iterator<Item = &Arc<Branch>> {
        self.batches.iter().map(|joined| &joined.branch)
    }

    /// What batches caused, of those that the story is to let go of.
    pub fn kept_branches(&self) -> impl Iterator<Item = &Arc<Branch>> {
        self.batches.iter().filter(|joined| joined.keeps).map(|joined| &joined.branch)
    }
}

impl Totals {
    fn add(&mut self, tree: &Tree) {
        self.entries += tree.entries();
        self.entries_omitted += tree.entries_omitted;
        self.is_full |= tree.is_full;
        self.is_open |= tree.open > 0;
    }
}

impl Story {
    pub fn new(kind: StoryKind, id: String, title: String, sequence: u64) -> Self {
        let title = text::cut_owned(title);
        // The id is kept twice.
        let bytes = BESIDE + 2 * text::bytes(&id) + text::bytes(&title);
        let mut state = State::default();
        state.tree.bytes = bytes;
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

    /// The bytes that count for the story itself.
    pub fn bytes(&self) -> usize {
        self.state().tree.bytes
    }

    /// What is left of the most that a story may have.
    pub fn left(&self) -> Most {
        let state = self.state();
        state.branches().fold(Most::default().less(&state.tree), |left, branch| left.less(&branch.tree()))
    }

    /// Takes part in a batch, unless it is forgotten or has no entry `left`. `parent` is the entry that led to it. What the
    /// batch caused is there as long as a story `keeps` it.
    pub fn join(&self, shared: &Shared, left: Most, branch: &Arc<Branch>, parent: Option<u64>, keeps: bool) -> bool {
        let mut state = self.state();
        if left.entries == 0 {
            state.tree.entries_omitted += 1;
            return false;
        }
        let joins = state.tree.take(shared, BESIDE);
        if joins {
            if keeps {
                branch.hold();
            }
            state.batches.push(Joined { branch: Arc::clone(branch), parent, keeps });
        }
        joins
    }

    /// All entries as they are now, oldest first. The locks are held only to take them.
    pub fn entries(&self) -> impl Iterator<Item = Seen> {
        let (mut links, batches): (Vec<Link>, _) = {
            let state = self.state();
            (state.tree.links(None).collect(), state.batches.clone())
        };
        for Joined { branch, parent, .. } in &batches {
            links.extend(branch.tree().links(*parent));
        }
        links.sort_by_key(Link::id);
        links.into_iter().map(Link::seen)
    }

    /// The number of the last change.
    pub fn last_change(&self) -> u64 {
        let batches = self.state().branches().map(|branch| branch.change.load(Ordering::SeqCst)).max();
        self.change.load(Ordering::SeqCst).max(batches.unwrap_or_default())
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
        let mut state = self.state();
        if state.tree.charge(shared, text::bytes(id)) {
            state.ids.add(source, id);
        }
    }

    /// Keeps nothing any more. Gives what it had.
    pub fn forget(&self) -> State {
        std::mem::replace(&mut *self.state(), State { tree: Tree::forgotten(), ..State::default() })
    }
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
            shared.changed(&story.change);
        });
    }
}

/// The caller went away before the answer.
impl Drop for Call {
    fn drop(&mut self) {
        self.end(None, false);
    }
}
