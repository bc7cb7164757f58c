//! The words of a text, as search sees them: without case and without accents.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Letters of a word that count: whatever is longer is cut, here and in what is searched for alike.
const LETTERS: usize = 64;

/// The words of a text: what stands between anything that is neither letter nor digit.
///
/// Folded by compatibility decomposition without the marks that combine (Unicode Standard Annex 15), and to lower
/// case by way of upper case, which brings `ß` and `SS`, `ς` and `σ` together.
pub fn words(text: &str) -> BTreeSet<String> {
    let folded: String = plain(text).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    let folded: String = plain(&folded).collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LETTERS).collect())
        .collect()
}

fn plain(text: &str) -> impl Iterator<Item = char> {
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
    fn a_word_without_end_is_cut() {
        assert_eq!(words(&"x".repeat(4_000)), words(&"x".repeat(65)));
        assert_ne!(words(&"x".repeat(63)), words(&"x".repeat(64)));
    }
}
