//! Header fields: reading those of a request, and collecting those of a response.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, Serializer};

/// The first value of a request's field, if it is UTF-8; the name in any case.
pub(crate) fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    text(headers.get(name)?)
}

/// A field that has one value was sent several times, with different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sent several times, with different values")]
pub struct RepeatedHeader;

/// The value of a request's field that has one, if it is UTF-8; the name in any case.
///
/// A gateway and a function that each took one of several values could take different ones.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, RepeatedHeader> {
    let mut values = headers.get_all(name).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.any(|other| other != value) { Err(RepeatedHeader) } else { Ok(text(value)) }
}

/// All values of a request's field that are UTF-8.
pub(crate) fn all<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(text)
}

/// Not `HeaderValue::to_str`, which refuses all beyond ASCII.
fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// The header fields of a response: a JSON object in the order they were set.
pub(crate) struct ResponseHeaders(Vec<(&'static str, Cow<'static, str>)>);

impl ResponseHeaders {
    /// Room for the most fields that a response has.
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(16))
    }

    /// Sets a field, in place of an earlier value.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.remove(name);
        self.0.push((name, value.into()));
    }

    /// The fields that HTTP can hold: all, unless an endpoint set one that it must not.
    pub(crate) fn fields(self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.0.into_iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::try_from(value.into_owned()).ok()?))
        })
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
