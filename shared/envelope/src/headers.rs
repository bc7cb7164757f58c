//! Header fields: those of a request, as they came, and those of an answer, as they are written.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// The header fields of a request. Names are compared in any case, values are whatever text the gateway gave.
#[derive(Default)]
pub(crate) struct RequestHeaders(Vec<(String, String)>);

impl RequestHeaders {
    /// The first value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl FromIterator<(String, String)> for RequestHeaders {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// The header fields of an answer: a JSON object in the order they were set.
pub(crate) struct ResponseHeaders(Vec<(&'static str, Cow<'static, str>)>);

impl ResponseHeaders {
    /// Room for what an answer has at most.
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(16))
    }

    /// Sets a field, in place of what it was set to before.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.remove(name);
        self.0.push((name, value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(set, _)| !set.eq_ignore_ascii_case(name));
    }
}

impl Serialize for ResponseHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
