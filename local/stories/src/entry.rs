//! One thing that a call caused.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::kept::Kept;
use crate::pieces::Pieces;
use crate::tree::PREPAID;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request of the API.
    Api,
    /// The question to a Lambda authorizer, or its cached answer.
    Authorizer,
    /// A function's invocation.
    Invocation,
    /// A DynamoDB call.
    Table,
    /// An SQS call, or the delivery of a message to a function.
    Queue,
    /// A Secrets Manager call.
    Secret,
    /// An SES call.
    Mail,
    /// A function's call of another function.
    Invoke,
    /// A stream's record on its way to a function.
    Stream,
    /// A call that the function's role does not allow.
    Denied,
}

impl Kind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Authorizer => "authorizer",
            Self::Invocation => "invocation",
            Self::Table => "table",
            Self::Queue => "queue",
            Self::Secret => "secret",
            Self::Mail => "mail",
            Self::Invoke => "invoke",
            Self::Stream => "stream",
            Self::Denied => "denied",
        }
    }
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    #[default]
    Ok,
    /// With an error.
    Error,
    /// Refused: the role does not allow it.
    Denied,
}

/// An entry under way. Stories whose records or messages were delivered together share the entries of the batch.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Unique in the recorder, in the order of the starts.
    pub id: u64,
    pub kind: Kind,
    pub started: Instant,
    state: Mutex<State>,
}

/// What becomes known while the entry goes on.
#[derive(Debug)]
pub(crate) struct State {
    /// `None` while it is under way.
    pub duration: Option<Duration>,
    pub outcome: Outcome,
    pub pieces: Pieces,
    /// How many more bytes of pieces are counted already.
    pub prepaid: usize,
    /// Log lines that are among the pieces, and those that found no room.
    pub lines: usize,
    pub lines_omitted: u64,
}

impl Entry {
    pub fn new(id: u64, kind: Kind, pieces: Pieces) -> Self {
        let state =
            State { duration: None, outcome: Outcome::default(), pieces, prepaid: PREPAID, lines: 0, lines_omitted: 0 };
        Self { id, kind, started: Instant::now(), state: Mutex::new(state) }
    }

    /// What is known now, of which `keep` keeps the pieces.
    pub fn kept(&self, keep: impl FnOnce(&Pieces) -> Bytes) -> Kept {
        let Self { id, kind, started, .. } = *self;
        let state = self.state();
        let State { duration, outcome, lines_omitted, .. } = *state;
        Kept { id, kind, started, duration, outcome, lines_omitted, pieces: keep(&state.pieces) }
    }

    /// The buffer of its pieces.
    pub fn into_buffer(self) -> Vec<u8> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).pieces.into_buffer()
    }

    /// What whoever records adds to.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
