//! The ids that lead to a story, in one piece of memory.

use std::ops::RangeInclusive;

/// The lengths of ids, in bytes: what is shorter may be anything, and what is longer is none.
pub(crate) const LENGTHS: RangeInclusive<usize> = 8..=128;

/// Where an id of a story comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The request id of an invocation.
    Invocation,
    /// The stack gave it, and it stands for this story alone, in messages too: of its request, its trace.
    Stack,
    /// The caller gave it. Another call may have the same.
    Caller,
}

/// Ids: of each its source, its length, and its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids(Vec<u8>);

impl Ids {
    /// Adds an id, unless it is longer than any.
    pub fn add(&mut self, source: Source, id: &str) {
        let Ok(length) = u8::try_from(id.len()) else { return };
        if self.0.is_empty() {
            // As many as a request has that calls one function.
            self.0.reserve(256);
        }
        self.0.extend_from_slice(&[source as u8, length]);
        self.0.extend_from_slice(id.as_bytes());
    }

    /// Whether an id is not among those of its source, which are fewer than `most`.
    pub fn lack(&self, source: Source, id: &str, most: usize) -> bool {
        let mut count = 0;
        self.each().filter(|(of, _)| *of == source as u8).all(|(_, known)| {
            count += 1;
            count < most && known != id.as_bytes()
        })
    }

    /// Those of this source, oldest first.
    pub fn of(&self, source: Source) -> impl Iterator<Item = &str> {
        self.each().filter(move |(of, _)| *of == source as u8).map(|(_, id)| text(id))
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.each().map(|(_, id)| text(id))
    }

    fn each(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (&[source, length], after) = rest.split_first_chunk()?;
            let (id, after) = after.split_at_checked(length.into())?;
            rest = after;
            Some((source, id))
        })
    }
}

fn text(id: &[u8]) -> &str {
    std::str::from_utf8(id).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_by_their_source() {
        let mut ids = Ids::default();
        for (source, id) in [
            (Source::Stack, "a"),
            (Source::Caller, "sé"),
            (Source::Invocation, "i"),
            (Source::Stack, "b\n"),
            (Source::Caller, &"x".repeat(256)),
        ] {
            ids.add(source, id);
        }
        let of = |source| ids.of(source).collect::<Vec<_>>();
        assert_eq!(
            (of(Source::Stack), of(Source::Caller), of(Source::Invocation)),
            (vec!["a", "b\n"], vec!["sé"], vec!["i"])
        );
        assert_eq!(ids.all().collect::<Vec<_>>(), ["a", "sé", "i", "b\n"]);
        let lacks = |id, most| ids.lack(Source::Stack, id, most);
        assert_eq!([lacks("i", 3), lacks("i", 2), lacks("b\n", 3)], [true, false, false]);
    }
}
