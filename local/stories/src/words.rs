//! Whether a message names a story by an id.

use crate::ids::{LENGTHS, Source};
use crate::story::Story;

/// The lengths of a caller's id that may stand for its story in messages. A shorter one may be a word that strangers' messages
/// have too.
const CALLERS: std::ops::RangeInclusive<usize> = 20..=128;

/// The parts of messages that may be ids, in order. They are found in one pass, whatever the number of stories.
pub(crate) struct Words<'a>(Vec<&'a [u8]>);

impl<'a> Words<'a> {
    pub fn of(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let words = texts.into_iter().flat_map(|text| text.as_bytes().split(|byte| !is_part(*byte)));
        let mut ids: Vec<&[u8]> = words.filter(|word| LENGTHS.contains(&word.len())).collect();
        ids.sort_unstable();
        Self(ids)
    }

    fn have(&self, id: &str) -> bool {
        // Base64 may end so.
        self.0.binary_search(&id.trim_end_matches('=').as_bytes()).is_ok()
    }

    /// The stories that are named: by an id that the stack gave, and if there is none, the one whose caller gave an id that no
    /// other has.
    pub fn named<T>(&self, stories: impl IntoIterator<Item = T>, story: impl Fn(&T) -> &Story) -> Vec<T> {
        let (mut own, mut callers) = (Vec::new(), Vec::new());
        for one in stories {
            let state = story(&one).state();
            let is_own = state.ids.of(Source::Stack).any(|id| self.have(id));
            let is_callers = !is_own && state.ids.of(Source::Caller).any(|id| is_telling(id) && self.have(id));
            drop(state);
            if is_own {
                own.push(one);
            } else if is_callers {
                callers.push(one);
            }
        }
        if own.is_empty() && callers.len() == 1 { callers } else { own }
    }
}

/// Whether a caller's id is long enough, and one word.
fn is_telling(id: &str) -> bool {
    CALLERS.contains(&id.len()) && id.bytes().all(is_part)
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/')
}
