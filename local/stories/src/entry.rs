//! One thing that a call caused.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::packed::Packed;
use crate::payload::Payload;

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

/// An entry. Stories whose records or messages were delivered together share the entries of the batch.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Unique in the recorder, in the order of the starts.
    pub id: u64,
    pub kind: Kind,
    pub name: String,
    pub started: Instant,
    state: Mutex<State>,
}

/// What becomes known while the entry goes on. A clone shares the payloads and lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// `None` while it is under way.
    pub duration: Option<Duration>,
    pub outcome: Outcome,
    pub details: Vec<(&'static str, Value)>,
    pub request: Option<Payload>,
    pub response: Option<Payload>,
    pub logs: Vec<(SystemTime, Arc<str>)>,
    /// Log lines that found no room.
    pub lines_omitted: u64,
    /// Details, payloads and lines, once nothing is added any more.
    pub packed: Option<Packed>,
}

impl Entry {
    pub fn new(id: u64, kind: Kind, name: String) -> Self {
        Self { id, kind, name, started: Instant::now(), state: Mutex::default() }
    }

    /// What whoever records adds to.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of what is known, for whoever looks: everything that takes long is done without the lock.
    pub fn look(&self) -> State {
        let mut state = self.state().clone();
        if let Some(packed) = state.packed.take() {
            packed.give(&mut state);
        }
        state
    }

    /// Nothing will be added any more.
    pub fn pack(&self) {
        let mut state = self.state();
        if state.packed.is_none() {
            let packed = Packed::take(&mut state);
            state.packed = Some(packed);
        }
    }
}
