//! Which of a batch's stories a message belongs to.

use crate::span::Span;
use crate::words::Words;

impl Span {
    /// The stories that these texts (a message's body, its trace header) name by an id; all of them, if they name none.
    #[must_use]
    pub fn narrowed<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let (Some(shared), [_, _, ..]) = (self.shared(), self.positions()) else { return self.clone() };
        let named = Words::of(texts).named(self.positions().iter().cloned(), |position| &position.story);
        if named.is_empty() { self.clone() } else { Self::at(shared.clone(), named.into()) }
    }
}
