//! The ids that lead to a story, in one piece of memory.

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

/// Ids, each a line after the letter of its source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids(String);

impl Ids {
    /// Adds an id, unless it is more than a line.
    pub fn add(&mut self, source: Source, id: &str) {
        if id.contains('\n') {
            return;
        }
        if self.0.is_empty() {
            // As many as a request has that calls one function.
            self.0.reserve(256);
        }
        self.0.push(letter(source));
        self.0.push_str(id);
        self.0.push('\n');
    }

    /// Those of this source, oldest first.
    pub fn of(&self, source: Source) -> impl Iterator<Item = &str> {
        self.0.split('\n').filter_map(move |line| line.strip_prefix(letter(source)))
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n').filter_map(|line| line.get(1..))
    }
}

fn letter(source: Source) -> char {
    match source {
        Source::Invocation => 'i',
        Source::Stack => 's',
        Source::Caller => 'c',
    }
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
            (Source::Stack, "b\r"),
            (Source::Caller, "x\ny"),
        ] {
            ids.add(source, id);
        }
        let of = |source| ids.of(source).collect::<Vec<_>>();
        assert_eq!(
            (of(Source::Stack), of(Source::Caller), of(Source::Invocation)),
            (vec!["a", "b\r"], vec!["sé"], vec!["i"])
        );
        assert_eq!(ids.all().collect::<Vec<_>>(), ["a", "sé", "i", "b\r"]);
    }
}
