//! A place in the trees of one or more stories, and the entries that are opened there.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use serde::Serialize;
use smallvec::SmallVec;

use crate::entry::{Entry, Kind, Outcome, State};
use crate::ids::{LENGTHS, Source};
use crate::pieces::Pieces;
use crate::recorder::Shared;
use crate::story::Story;
use crate::text;
use crate::tree::{Branch, Most, Tree};

/// The most log lines of one entry, and the longest part of a line, in bytes.
const MOST_LINES: usize = 500;
const LONGEST_LINE: usize = 8 * 1024;

/// A place in the trees of stories: what happens there is recorded as a child. The default is in no story and records
/// nothing. A clone is the same place.
#[derive(Clone, Default)]
pub struct Span(Option<Arc<Inner>>);

struct Inner {
    shared: Arc<Shared>,
    positions: Positions,
    /// The entry whose children go here, and the tree that it is in; `None` at the root.
    entry: Option<(Arc<Entry>, Home)>,
}

/// Where an entry is kept.
enum Home {
    Story(Arc<Story>),
    Batch(Arc<Branch>),
}

/// Most places are in one story.
pub(crate) type Positions = SmallVec<[Position; 1]>;

/// A place in one story's tree.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub story: Arc<Story>,
    /// The entry that is the parent of what goes there; `None` at the root.
    pub parent: Option<u64>,
}

impl Span {
    pub(crate) fn at(shared: Arc<Shared>, positions: Positions) -> Self {
        if positions.is_empty() {
            return Self::default();
        }
        Self(Some(Arc::new(Inner { shared, positions, entry: None })))
    }

    /// Where the stories of several records or messages go on together.
    pub fn join<'a>(spans: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut joined: Option<(Arc<Shared>, Positions)> = None;
        for inner in spans.into_iter().filter_map(|span| span.0.as_ref()) {
            let (_, positions) = joined.get_or_insert_with(|| (Arc::clone(&inner.shared), Positions::new()));
            for position in &inner.positions {
                if !positions.iter().any(|known| Arc::ptr_eq(&known.story, &position.story)) {
                    positions.push(position.clone());
                }
            }
        }
        joined.map_or_else(Self::default, |(shared, positions)| Self::at(shared, positions))
    }

    /// Whether it is in a story.
    pub fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Opens an entry here.
    pub fn child(&self, kind: Kind, name: &str) -> Open {
        let Some(Inner { shared, positions, entry: parent }) = self.0.as_deref() else { return Open::default() };
        let name = text::cut(name);
        let entry = Arc::new(Entry::new(shared.next_entry(), kind, Pieces::new(&name, shared.buffers.take())));
        let mut positions: Cow<'_, [Position]> = positions.as_slice().into();
        let home = match (&*positions, parent) {
            (_, Some((parent, Home::Batch(branch)))) => {
                branch.tree().add(shared, Some(parent.id), &entry, &name).then(|| Home::Batch(Arc::clone(branch)))
            }
            ([Position { story, parent }], _) => {
                story.state().tree.add(shared, *parent, &entry, &name).then(|| Home::Story(Arc::clone(story)))
            }
            (several, _) => {
                let (branch, joined) = shared.batch(several, &entry, &name);
                positions = joined.into();
                branch.map(Home::Batch)
            }
        };
        let Some(home) = home else {
            shared.buffers.take_from(entry);
            return Open::default();
        };
        shared.changed(home.change());
        shared.make_room();
        let within = |Position { story, .. }: &Position| Position { story: Arc::clone(story), parent: Some(entry.id) };
        let positions = positions.iter().map(within).collect();
        let inner = Inner { shared: Arc::clone(shared), positions, entry: Some((entry, home)) };
        Open { span: Self(Some(Arc::new(inner))) }
    }

    /// Adds a detail to the entry. Long texts in it are cut.
    pub fn note(&self, name: &'static str, value: impl Serialize) {
        self.keep(|pieces| pieces.detail(name, &value));
    }

    /// Keeps the beginning of what was asked.
    pub fn request(&self, payload: &[u8]) {
        self.keep(|pieces| pieces.request(payload));
    }

    /// Keeps the beginning of what was answered.
    pub fn response(&self, payload: &[u8]) {
        self.keep(|pieces| pieces.response(payload));
    }

    /// Adds a line that a function logged.
    pub fn log(&self, line: &str) {
        let Some((shared, entry, home)) = self.open() else { return };
        let mut state = entry.state();
        let line = text::beginning(line, LONGEST_LINE);
        if state.lines < MOST_LINES && home.keep(shared, &mut state, |pieces| pieces.line(SystemTime::now(), &line)) {
            state.lines += 1;
        } else {
            state.lines_omitted += 1;
        }
        drop(state);
        shared.make_room();
    }

    /// A request id that leads to the stories.
    pub fn request_id(&self, id: &str) {
        self.stories(|shared, story| story.has_invocation(shared, id));
        self.known_as(id);
    }

    /// An id that the stack gave and that stands for the story in what it causes, if it is one story's alone.
    pub fn known_as(&self, id: &str) {
        self.add_id(Source::Stack, id);
    }

    /// An id that the caller gave. It leads to the story, but in a message it stands for the story only if it is long enough
    /// to be no other's.
    pub fn called(&self, id: &str) {
        self.add_id(Source::Caller, id);
    }

    fn add_id(&self, source: Source, id: &str) {
        if let Some(Inner { shared, positions, .. }) = self.0.as_deref()
            && let [position] = positions.as_slice()
            && LENGTHS.contains(&id.len())
        {
            position.story.known_as(shared, source, id);
            shared.make_room();
        }
    }

    /// The records that a write left in a table's stream, after one sequence number and through another, belong here.
    pub fn wrote(&self, table: &str, after: i64, through: i64) {
        if let Some(inner) = &self.0
            && after < through
        {
            let oldest = inner.shared.oldest();
            inner.shared.causes().wrote(table, after, through, &inner.positions, oldest);
        }
    }

    /// A message that was sent belongs here.
    pub fn sent(&self, message_id: &str) {
        if let Some(inner) = &self.0 {
            let oldest = inner.shared.oldest();
            inner.shared.causes().sent(message_id, &inner.positions, oldest);
        }
    }

    pub(crate) fn stories(&self, mut each: impl FnMut(&Shared, &Arc<Story>)) {
        if let Some(inner) = &self.0 {
            inner.positions.iter().for_each(|position| each(&inner.shared, &position.story));
        }
    }

    pub(crate) fn positions(&self) -> &[Position] {
        self.0.as_ref().map_or(&[], |inner| &inner.positions)
    }

    pub(crate) fn shared(&self) -> Option<&Arc<Shared>> {
        self.0.as_ref().map(|inner| &inner.shared)
    }

    /// The entry whose children go here, if there is one.
    fn open(&self) -> Option<(&Shared, &Entry, &Home)> {
        let Inner { shared, entry, .. } = self.0.as_deref()?;
        entry.as_ref().map(|(entry, home)| (&**shared, &**entry, home))
    }

    fn keep(&self, put: impl FnOnce(&mut Pieces)) {
        let Some((shared, entry, home)) = self.open() else { return };
        home.keep(shared, &mut entry.state(), put);
        shared.make_room();
    }

    fn fail(&self) {
        self.end(Outcome::Error);
        if let Some((shared, _, home)) = self.open() {
            home.failed().store(true, Ordering::Relaxed);
            shared.changed(home.change());
        }
    }

    fn end(&self, outcome: Outcome) {
        let Some((shared, entry, home)) = self.open() else { return };
        {
            let mut state = entry.state();
            if state.duration.is_some() {
                return;
            }
            state.duration = Some(entry.started.elapsed());
            state.outcome = outcome;
        }
        home.tree(Tree::ended);
        if outcome == Outcome::Denied || (outcome == Outcome::Error && entry.kind == Kind::Invocation) {
            home.failed().store(true, Ordering::Relaxed);
        }
        shared.changed(home.change());
    }
}

impl Home {
    fn tree<T>(&self, act: impl FnOnce(&mut Tree) -> T) -> T {
        match self {
            Self::Story(story) => act(&mut story.state().tree),
            Self::Batch(branch) => act(&mut branch.tree()),
        }
    }

    fn change(&self) -> &AtomicU64 {
        match self {
            Self::Story(story) => &story.change,
            Self::Batch(branch) => &branch.change,
        }
    }

    fn failed(&self) -> &AtomicBool {
        match self {
            Self::Story(story) => &story.failed,
            Self::Batch(branch) => &branch.failed,
        }
    }

    /// Adds something to an entry, if there is room for it. Trees are locked after their entries.
    fn keep(&self, shared: &Shared, state: &mut State, put: impl FnOnce(&mut Pieces)) -> bool {
        let before = state.pieces.len();
        put(&mut state.pieces);
        let added = state.pieces.len() - before;
        if let Some(left) = state.prepaid.checked_sub(added) {
            state.prepaid = left;
            return true;
        }
        let has_room = self.tree(|tree| tree.charge(shared, added));
        if !has_room {
            state.pieces.truncate(before);
        }
        has_room
    }
}

impl Shared {
    /// Begins a batch with its first entry, in those of these stories that are not forgotten and have room for an entry. It may
    /// have as much as is left in any of them: none is cut because another is full. One that is full does not keep it.
    fn batch(&self, positions: &[Position], entry: &Arc<Entry>, name: &str) -> (Option<Arc<Branch>>, Vec<Position>) {
        let left: Vec<Most> = positions.iter().map(|position| position.story.left()).collect();
        let most = left.iter().fold(Most { entries: 0, bytes: 0 }, |most, left| most.max(*left));
        let branch = Arc::new(Branch::new(most));
        // Nobody forgets it before all of its stories keep it.
        branch.hold();
        let joins = |(Position { story, parent }, left): &(&Position, Most)| {
            story.join(self, *left, &branch, *parent, left.bytes > 0 || most.bytes == 0)
        };
        let joined = positions.iter().zip(left).filter(joins).map(|(position, _)| position.clone()).collect();
        branch.tree().add(self, None, entry, name);
        (branch.let_go(self).is_none().then_some(branch), joined)
    }
}

/// Nothing more is recorded here.
impl Drop for Inner {
    fn drop(&mut self) {
        let Some((entry, home)) = self.entry.take() else { return };
        // Not of an entry that no story keeps any more.
        if Arc::strong_count(&entry) > 1 {
            let kept = entry.kept(|pieces| self.shared.chunks.keep(pieces));
            home.tree(|tree| tree.done(kept));
        }
        self.shared.buffers.take_from(entry);
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.positions().iter().map(|position| &position.story.id)).finish()
    }
}

/// An entry under way.
#[derive(Debug, Default)]
pub struct Open {
    span: Span,
}

impl Open {
    /// The entry's place: its children go there.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// It has ended. Only the first end counts.
    pub fn end(&self, outcome: Outcome) {
        self.span.end(outcome);
    }

    /// It has ended with an error that makes the outcome of its stories one, as a function's does: a delivery that failed.
    pub fn fail(&self) {
        self.span.fail();
    }

    /// It has ended, and is needed no more.
    pub fn finish(self, outcome: Outcome) {
        self.end(outcome);
    }
}

/// Whoever waited for its end went away.
impl Drop for Open {
    fn drop(&mut self) {
        if self.span.open().is_some_and(|(_, entry, _)| entry.state().duration.is_none()) {
            self.span.note("abandoned", true);
            self.span.end(Outcome::Error);
        }
    }
}
