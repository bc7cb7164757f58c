//! Which of a batch's stories a message belongs to.

use crate::span::{Position, Span};

impl Span {
    /// The stories that these texts (a message's body, its trace header) name by an id; all of them, if they name none.
    #[must_use]
    pub fn narrowed<'a>(&self, texts: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let (Some(shared), [_, _, ..]) = (self.shared(), self.positions()) else { return self.clone() };
        let is_named = |position: &&Position| {
            let state = position.story.state();
            state.own_ids.iter().any(|id| texts.clone().into_iter().any(|text| text.contains(id.as_str())))
        };
        let named: Vec<Position> = self.positions().iter().filter(is_named).cloned().collect();
        if named.is_empty() { self.clone() } else { Self::at(shared.clone(), named) }
    }
}
