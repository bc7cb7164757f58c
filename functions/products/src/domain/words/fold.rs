//! Takes the differences out of a text that search does not see.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::script::{carries_accents, is_invisible, is_mark};

/// The text in the form in which it is compared.
///
/// 1. Invisible characters (`Default_Ignorable_Code_Point`, such as the soft hyphen) are left out: they do not divide words
///    (Unicode Standard Annex 29, rule WB4).
/// 2. It is decomposed for compatibility (Annex 15), and loses the marks on letters of scripts where they are accents. Marks
///    of other scripts tell letters apart, as in `バ` and `ハ`, `й` and `и`.
/// 3. It is put in lower case by way of upper case, which makes `ß` equal to `SS` and `ς` to `σ`.
/// 4. Letters without a decomposition become those that people type for them: `ø` is `o`.
/// 5. What is left is composed again, so that a letter is one character.
pub fn fold(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let upper: String = without_accents(&visible).chars().flat_map(char::to_uppercase).collect();
    let lower: String = upper.chars().flat_map(char::to_lowercase).collect();
    let mut typed = String::with_capacity(lower.len());
    for c in without_accents(&lower).chars() {
        match as_typed(c) {
            Some(letters) => typed.push_str(letters),
            None => typed.push(c),
        }
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(&typed).into_owned()
}

fn without_accents(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut drops_marks = true;
    let keep = |c: &char| {
        if !is_mark(*c) {
            drops_marks = carries_accents(*c);
            return true;
        }
        !drops_marks
    };
    decomposed.chars().filter(keep).filter(|c| !is_invisible(*c)).collect()
}

/// The letters that are typed for a Latin letter which has no decomposition, as in the transform Latin-ASCII of the Unicode
/// Common Locale Data Repository.
fn as_typed(lower_case: char) -> Option<&'static str> {
    Some(match lower_case {
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        'ø' | 'ɵ' => "o",
        'ł' | 'ƚ' | 'ɫ' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ħ' => "h",
        'ŧ' | 'ƭ' | 'ʈ' | 'ⱦ' => "t",
        'ŋ' | 'ɲ' | 'ƞ' => "n",
        'ɨ' => "i",
        'ĸ' => "q",
        'ə' | 'ɛ' | 'ɇ' => "e",
        'ƀ' | 'ɓ' => "b",
        'ȼ' | 'ƈ' => "c",
        'ƒ' => "f",
        'ǥ' | 'ɠ' => "g",
        'ɉ' => "j",
        'ƙ' => "k",
        'ƥ' | 'ᵽ' => "p",
        'ɍ' => "r",
        'ʉ' => "u",
        'ʋ' => "v",
        'ɏ' | 'ƴ' => "y",
        'ƶ' | 'ȥ' => "z",
        'ⱥ' => "a",
        _ => return None,
    })
}
