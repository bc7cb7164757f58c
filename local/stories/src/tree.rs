//! Entries and what they take: those of one story, or those of a batch, which are in several.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::entry::Entry;
use crate::kept::{Kept, Seen};
use crate::recorder::Shared;
use crate::text;

/// What a story, a batch in it or an entry takes beside its texts, details, payloads and lines, in bytes.
pub(crate) const BESIDE: usize = 512;
/// What is counted for an entry's first details and lines when it is opened, so that not each of them has to be.
pub(crate) const PREPAID: usize = 256;

/// The most that a tree may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub entries: usize,
    pub bytes: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { entries: 5_000, bytes: 8 * 1024 * 1024 }
    }
}

impl Most {
    /// The larger of each.
    pub fn max(self, other: Self) -> Self {
        Self { entries: self.entries.max(other.entries), bytes: self.bytes.max(other.bytes) }
    }

    /// What is left of it beside a tree.
    pub fn less(self, tree: &Tree) -> Self {
        Self { entries: self.entries.saturating_sub(tree.entries()), bytes: self.bytes.saturating_sub(tree.bytes) }
    }
}

/// Entries, in the order of their starts, each with the one that it is in.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    most: Most,
    links: Vec<Link>,
    /// Entries that are under way.
    pub open: usize,
    pub entries_omitted: u64,
    /// Whether something of an entry found no room.
    pub is_full: bool,
    /// Bytes that count against the recorder's limit.
    pub bytes: usize,
    /// Whether the recorder has dropped it.
    is_forgotten: bool,
}

/// An entry and its place in the tree.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    parent: Option<u64>,
    entry: Linked,
}

#[derive(Debug, Clone)]
enum Linked {
    /// Something may be added.
    Open(Arc<Entry>),
    Done(Kept),
}

/// What a batch caused: the trees of its stories have it in common, so that it is recorded once.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    /// The number of its last change, among those of all stories.
    pub change: AtomicU64,
    /// Whether something in it failed.
    pub failed: AtomicBool,
    /// How many stories keep it.
    holders: AtomicUsize,
    tree: Mutex<Tree>,
}

impl Tree {
    /// Adds an entry, if there is room.
    pub fn add(&mut self, shared: &Shared, parent: Option<u64>, entry: &Arc<Entry>, name: &str) -> bool {
        if self.is_forgotten {
            return false;
        }
        if self.links.len() >= self.most.entries {
            self.entries_omitted += 1;
            return false;
        }
        self.links.push(Link { parent, entry: Linked::Open(Arc::clone(entry)) });
        self.open += 1;
        self.take(shared, BESIDE + PREPAID + text::bytes(name))
    }

    /// Makes room for as many bytes; `false` if it has as much as a tree may have, or is forgotten.
    pub fn charge(&mut self, shared: &Shared, bytes: usize) -> bool {
        if self.bytes + bytes > self.most.bytes {
            self.is_full = true;
            return false;
        }
        self.take(shared, bytes)
    }

    /// Takes note that one of its entries has ended.
    pub fn ended(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// Nothing is added to an entry any more.
    pub fn done(&mut self, kept: Kept) {
        // One of the newest, mostly.
        if let Some(link) = self.links.iter_mut().rev().find(|link| link.is_open(kept.id)) {
            link.entry = Linked::Done(kept);
        }
    }

    /// Takes so many bytes that there has to be room for; `false` if it is forgotten.
    pub fn take(&mut self, shared: &Shared, bytes: usize) -> bool {
        if !self.is_forgotten {
            self.bytes += bytes;
            shared.charge(bytes);
        }
        !self.is_forgotten
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.links.len()
    }

    /// All entries as they are now; those that are in no other are in `root`.
    pub fn links(&self, root: Option<u64>) -> impl Iterator<Item = Link> {
        self.links.iter().cloned().map(move |link| Link { parent: link.parent.or(root), ..link })
    }

    /// One that keeps nothing any more.
    pub fn forgotten() -> Self {
        Self { is_forgotten: true, ..Self::default() }
    }
}

impl Link {
    /// The number of its entry.
    pub fn id(&self) -> u64 {
        match &self.entry {
            Linked::Open(entry) => entry.id,
            Linked::Done(kept) => kept.id,
        }
    }

    /// Reads it.
    pub fn seen(self) -> Seen {
        let kept = match self.entry {
            // Its lock is held only to copy it.
            Linked::Open(entry) => entry.kept(|pieces| Bytes::copy_from_slice(pieces.as_bytes())),
            Linked::Done(kept) => kept,
        };
        kept.seen(self.parent)
    }

    fn is_open(&self, id: u64) -> bool {
        matches!(&self.entry, Linked::Open(entry) if entry.id == id)
    }
}

impl Branch {
    /// One that may have so much.
    pub fn new(most: Most) -> Self {
        Self { tree: Mutex::new(Tree { most, ..Tree::default() }), ..Self::default() }
    }

    pub fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more keeps it.
    pub fn hold(&self) {
        self.holders.fetch_add(1, Ordering::SeqCst);
    }

    /// One less keeps it. Gives what it had if nobody does any more.
    pub fn let_go(&self, shared: &Shared) -> Option<Tree> {
        (self.holders.fetch_sub(1, Ordering::SeqCst) == 1).then(|| {
            let had = std::mem::replace(&mut *self.tree(), Tree::forgotten());
            shared.refund(had.bytes);
            had
        })
    }
}
