//! The words of a text, as search compares them: without case and accents.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Characters of a word that are compared. Longer words are cut, in products and in searches alike.
const MAX_CHARACTERS: usize = 64;

/// The words of a text: its runs of letters and digits.
///
/// Each is decomposed for compatibility (Unicode Standard Annex 15), loses its combining marks, and is put in lower case
/// by way of upper case, which makes `ß` equal to `SS` and `ς` to `σ`.
pub fn words(text: &str) -> BTreeSet<String> {
    let folded: String = without_marks(text).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    let folded: String = without_marks(&folded).collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_CHARACTERS).collect())
        .collect()
}

fn without_marks(text: &str) -> impl Iterator<Item = char> {
    text.nfkd().filter(|c| canonical_combining_class(*c) == 0)
}

#[cfg(test)]
mod tests {
    use super::words;

    fn list(text: &str) -> Vec<String> {
        words(text).into_iter().collect()
    }

    #[test]
    fn case_and_accents_do_not_count() {
        assert_eq!(list("Crème BRÛLÉE"), ["brulee", "creme"]);
        assert_eq!(words("STRASSE"), words("Straße"));
        assert_eq!(words("ΟΔΟΣ"), words("οδός"));
        assert_eq!(words("İstanbul"), words("istanbul"));
        assert_eq!(words("cafe\u{301}"), words("café"));
        assert_eq!(words("ﬁne ２０"), words("fine 20"));
    }

    #[test]
    fn words_are_whole_and_each_counts_once() {
        assert_eq!(list("desk-lamp, Lamp; USB/C 3.5mm"), ["3", "5mm", "c", "desk", "lamp", "usb"]);
        assert_eq!(list("  …!? "), [""; 0]);
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!(words(&"x".repeat(4_000)), words(&"x".repeat(65)));
        assert_ne!(words(&"x".repeat(63)), words(&"x".repeat(64)));
    }
}
