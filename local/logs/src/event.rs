//! A line of a log.

use std::sync::Arc;

/// One line that a function wrote, or that Lambda wrote about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number among all lines since the start, from 1.
    pub sequence: u64,
    /// When it was taken, in milliseconds since 1970.
    pub time_ms: i64,
    /// The function's name.
    pub function: Arc<str>,
    /// The name of the function's log group.
    pub group: Arc<str>,
    /// The name of the log stream: one for each function and start, where AWS has one for each instance.
    pub stream: Arc<str>,
    /// The line, without its line break.
    pub message: Arc<str>,
}

impl Event {
    /// What the line counts for in the limit: its text, and roughly what is kept beside it. In bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.message.len()
    }
}
