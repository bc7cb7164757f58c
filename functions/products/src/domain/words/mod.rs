//! The words of a text, as search compares them.
//!
//! A text is folded: it loses case, accents and invisible characters. Its words are the runs of letters and digits, with the
//! marks on them. Chinese, Japanese, Korean, Thai and some more scripts have no spaces between words, or only between some.
//! A run of theirs is searched for by its characters: a product is found by each of them, and by each pair of neighbours; a
//! search looks up the pairs, or a single character. [`Words::contain`] tells whether a product with all the pairs has them
//! in one piece.

mod fold;
mod script;

use std::collections::BTreeSet;

pub use fold::fold;

use script::{is_mark, is_unspaced, is_word_character};

/// Characters of a word that are compared. Longer words are cut, in products and in searches alike.
const MAX_CHARACTERS: usize = 64;

/// Characters of an unspaced script's letter and the signs on it. More are cut.
const MAX_LETTER: usize = 8;

/// The words of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The words of scripts with spaces.
    spaced: BTreeSet<String>,
    /// The runs of scripts without spaces: their letters, each with the signs on it.
    unspaced: BTreeSet<Vec<String>>,
}

impl Words {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut word = String::new();
        let mut run = Vec::<String>::new();
        let folded = fold(text);
        // The space ends the last word.
        for c in folded.chars().chain([' ']) {
            if is_mark(c) {
                // A sign belongs to the letter before it; without one it shows nothing to search for.
                match (run.last_mut(), word.is_empty()) {
                    (Some(letter), _) => letter.push(c),
                    (None, false) => word.push(c),
                    (None, true) => {}
                }
                continue;
            }
            let (in_word, in_run) = (is_word_character(c) && !is_unspaced(c), is_unspaced(c));
            if !in_word && !word.is_empty() {
                words.spaced.insert(std::mem::take(&mut word).chars().take(MAX_CHARACTERS).collect());
            }
            if !in_run && !run.is_empty() {
                let letters = std::mem::take(&mut run).into_iter();
                words.unspaced.insert(letters.map(|letter| letter.chars().take(MAX_LETTER).collect()).collect());
            }
            if in_word {
                word.push(c);
            } else if in_run {
                run.push(c.to_string());
            }
        }
        words
    }

    /// What a product with these words is found by.
    pub fn to_index(&self) -> BTreeSet<String> {
        let letters = self.unspaced.iter().flatten().cloned();
        self.spaced.iter().cloned().chain(letters).chain(self.pairs()).collect()
    }

    /// What a search for these words looks up: whatever has them all has all of this.
    pub fn to_look_up(&self) -> BTreeSet<String> {
        let single = self.unspaced.iter().filter(|run| run.len() == 1).flatten().cloned();
        self.spaced.iter().cloned().chain(single).chain(self.pairs()).collect()
    }

    /// The runs of more than a pair of letters. Their pairs may all be in a text that does not have the run.
    pub fn long_runs(&self) -> impl Iterator<Item = &[String]> {
        self.unspaced.iter().map(Vec::as_slice).filter(|run| run.len() > 2)
    }

    /// Whether all of the others are among these, each of their runs in one piece.
    pub fn contain(&self, others: &Self) -> bool {
        let has = |run: &Vec<String>| self.unspaced.iter().any(|own| own.windows(run.len()).any(|part| part == run));
        others.spaced.is_subset(&self.spaced) && others.unspaced.iter().all(has)
    }

    /// Adds the words of another text.
    pub fn append(&mut self, mut other: Self) {
        self.spaced.append(&mut other.spaced);
        self.unspaced.append(&mut other.unspaced);
    }

    fn pairs(&self) -> impl Iterator<Item = String> {
        self.unspaced.iter().flat_map(|run| run.windows(2).map(<[String]>::concat))
    }
}

#[cfg(test)]
mod tests;
