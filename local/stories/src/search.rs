//! Searching stories for a text, in what is shown of them.

use regex::bytes::Regex;

use serde_json::Value;

use crate::kept::Seen;
use crate::mask::masked;
use crate::payload::Payload;
use crate::pieces::Content;
use crate::recorder::Tables;
use crate::story::Story;
use crate::view::{self, Described, shown_request, shown_response};

/// A text that is searched for, whatever the case.
#[derive(Debug, Clone)]
pub(crate) struct Needle {
    lower: String,
    /// The same for bytes, if all of it is ASCII: other letters have a case too, and JSON may write them as `\u00fc`.
    bytes: Option<Regex>,
    /// Its letters and digits, word by word: what is shown of an entry beside its texts is made of theirs.
    words: Vec<Regex>,
}

impl Needle {
    pub fn new(text: &str) -> Self {
        let escaped = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("\\x{byte:02X}"),
        };
        let pattern: String = text.bytes().map(escaped).collect();
        let bytes = if text.is_ascii() { Regex::new(&format!("(?i-u){pattern}")).ok() } else { None };
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words = words.filter_map(|word| Regex::new(&format!("(?i-u){word}")).ok()).collect();
        Self { lower: text.to_lowercase(), bytes, words }
    }

    /// Whether a story is about it: its title, ids, status, or an entry.
    pub fn is_in(&self, story: &Story, tables: &Tables) -> bool {
        let (status, ids) = {
            let state = story.state();
            (state.status, state.ids.clone())
        };
        self.is_in_text(&masked(&story.title))
            || status.is_some_and(|status| status.to_string() == self.lower)
            || ids.all().any(|id| self.is_in_text(id))
            || story.entries().any(|seen| self.is_in_entry(&seen) || self.is_in_description(&seen, tables))
    }

    /// Whether it is in an entry's texts.
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

    /// Whether it is in what is made of an entry's texts: its name with what it is about, an expression with its values.
    fn is_in_description(&self, seen: &Seen, tables: &Tables) -> bool {
        let Content { name, details, request, response, .. } = &seen.content;
        let has = |word: &Regex, payload: &Option<Payload>| {
            payload.as_ref().is_some_and(|payload| word.is_match(&payload.kept))
        };
        // It takes long, and is made of nothing else.
        let is_possible = self.words.iter().all(|word| {
            word.is_match(name.as_bytes())
                || has(word, request)
                || has(word, response)
                || details.iter().any(|(_, value)| word.is_match(value.to_string().as_bytes()))
        });
        is_possible && {
            let Described { name, details, .. } = view::described(seen, tables);
            self.is_in_text(&name) || self.is_in_value(&details)
        }
    }

    fn is_in_value(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in_text(text),
            Value::Array(items) => items.iter().any(|item| self.is_in_value(item)),
            Value::Object(members) => members.values().any(|member| self.is_in_value(member)),
            _ => false,
        }
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
