//! Searching stories for a text, in what is shown of them.

use regex::bytes::Regex;

use crate::kept::Seen;
use crate::mask::masked;
use crate::payload::Payload;
use crate::pieces::Content;
use crate::story::Story;
use crate::view::{shown_request, shown_response};

/// A text that is searched for, whatever the case.
#[derive(Debug, Clone)]
pub(crate) struct Needle {
    lower: String,
    /// The same for bytes, if all of it is ASCII: other letters have a case too, and JSON may write them as `\u00fc`.
    bytes: Option<Regex>,
}

impl Needle {
    pub fn new(text: &str) -> Self {
        let escaped = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("\\x{byte:02X}"),
        };
        let pattern: String = text.bytes().map(escaped).collect();
        let bytes = if text.is_ascii() { Regex::new(&format!("(?i-u){pattern}")).ok() } else { None };
        Self { lower: text.to_lowercase(), bytes }
    }

    /// Whether a story is about it: its title, ids, status, or an entry.
    pub fn is_in(&self, story: &Story) -> bool {
        let (status, ids) = {
            let state = story.state();
            (state.status, state.ids.clone())
        };
        self.is_in_text(&masked(&story.title))
            || status.is_some_and(|status| status.to_string() == self.lower)
            || ids.all().any(|id| self.is_in_text(id))
            || story.entries().any(|seen| self.is_in_entry(&seen))
    }

    fn is_in_entry(&self, seen: &Seen) -> bool {
        let Content { name, details, request, response, logs } = &seen.content;
        let has = |payload: &Option<Payload>| payload.as_ref().is_some_and(|payload| self.is_in_bytes(&payload.kept));
        self.is_in_text(&masked(name))
            || details.iter().any(|(_, value)| value.as_str().is_some_and(|text| self.is_shown(text)))
            || logs.iter().any(|(_, line)| self.is_shown(line))
            // Masking takes long, and what is not there is not shown either.
            || has(request) && shown_request(seen).is_some_and(|shown| self.is_in_text(&shown))
            || has(response) && shown_response(seen).is_some_and(|shown| self.is_in_text(&shown))
    }

    /// Whether it is in what is shown of a text.
    fn is_shown(&self, text: &str) -> bool {
        self.is_in_bytes(text.as_bytes()) && self.is_in_text(&masked(text))
    }

    fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        self.bytes.as_ref().is_none_or(|bytes_of| bytes_of.is_match(bytes))
    }

    fn is_in_text(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.lower)
    }
}
