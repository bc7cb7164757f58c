//! What the characters of a word are, by Unicode's properties.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};

/// Scripts that are written without spaces between words, or with spaces between some only.
const UNSPACED: [Script; 15] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Bopomofo,
    Script::Hangul,
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Yi,
    Script::Javanese,
    Script::TaiLe,
    Script::NewTaiLue,
    Script::TaiTham,
    Script::TaiViet,
];

/// Whether the character is not shown.
pub(super) fn is_invisible(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether the character is a sign on the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Whether the character is a letter or a digit.
pub(super) fn is_word_character(c: char) -> bool {
    c.is_alphanumeric()
}

/// Whether the character is a letter of a script without spaces between words. The sign for long vowels (`ー`) is: it has
/// no script of its own, but a list of those that use it.
pub(super) fn is_unspaced(c: char) -> bool {
    !c.is_ascii()
        && is_word_character(c)
        && UNSPACED.iter().any(|script| ScriptWithExtensions::new().has_script(c, *script))
}

/// Whether marks on the character are accents: on Latin and Greek letters, and on what is no letter of any script.
pub(super) fn carries_accents(c: char) -> bool {
    matches!(
        CodePointMapData::<Script>::new().get(c),
        Script::Latin | Script::Greek | Script::Common | Script::Inherited | Script::Unknown
    )
}
