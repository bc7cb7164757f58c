//! Reads texts that people see: trimmed, bounded, and plain.

use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, WhiteSpace};

use super::Reject;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It shows nothing.
    #[error("is required")]
    Blank,
    /// It is longer than this many bytes of UTF-8.
    #[error("must be at most {0} bytes")]
    TooLong(usize),
    /// It has a control character or a separator of lines or paragraphs.
    #[error("must be one line of text")]
    NotOneLine,
    /// It has a control character that neither ends a line nor is a tab.
    #[error("must be plain text")]
    NotPlain,
    /// It has an embedding, override or isolate of Unicode Standard Annex 9, which can show a text in another order than
    /// it is stored in, and disorder what stands beside it.
    #[error("must not set the direction of text")]
    SetsDirection,
}

impl From<InvalidText> for Reject {
    fn from(invalid: InvalidText) -> Self {
        match invalid {
            InvalidText::Blank => Self::Missing,
            InvalidText::TooLong(_) => Self::invalid("TOO_LONG", invalid.to_string()),
            InvalidText::NotOneLine | InvalidText::NotPlain | InvalidText::SetsDirection => {
                Self::invalid("INVALID_FORMAT", invalid.to_string())
            }
        }
    }
}

/// Reads a line of text of at most `max_bytes` that shows something. Joiners, variation selectors and marks of direction
/// inside it stay: emoji and several scripts need them.
///
/// # Errors
/// [`InvalidText`]
pub fn line(text: &str, max_bytes: usize) -> Result<&str, InvalidText> {
    let text = bounded(text, max_bytes)?;
    if is_blank(text) {
        return Err(InvalidText::Blank);
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(InvalidText::NotOneLine);
    }
    if text.chars().any(sets_direction) {
        return Err(InvalidText::SetsDirection);
    }
    Ok(text)
}

/// Reads a text of any number of lines, none included, of at most `max_bytes`. One that shows nothing is empty.
///
/// # Errors
/// [`InvalidText`]
pub fn lines(text: &str, max_bytes: usize) -> Result<&str, InvalidText> {
    let text = bounded(text, max_bytes)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(InvalidText::NotPlain);
    }
    Ok(if is_blank(text) { "" } else { text })
}

/// Whether a text shows nothing: it is empty, or has only white space and invisible characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// Whether a character sets the direction of the text after it: the explicit formatting characters of Unicode Standard
/// Annex 9, section 2.
pub fn sets_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn bounded(text: &str, max_bytes: usize) -> Result<&str, InvalidText> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_space_without_width(c));
    if text.len() > max_bytes { Err(InvalidText::TooLong(max_bytes)) } else { Ok(text) }
}

/// Spaces and marks of no width that mean nothing at the ends of a text. (Others do: an emoji may end in a variation
/// selector or a tag, a word in a joiner.)
fn is_space_without_width(c: char) -> bool {
    matches!(c, '\u{180E}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

fn shows_nothing(c: char) -> bool {
    // An empty cell of Braille, a note without a head and the anchors of annotations are symbols and controls, and show
    // nothing all the same.
    CodePointSetData::new::<WhiteSpace>().contains(c)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{2800}' | '\u{1D159}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded_in_bytes() {
        assert_eq!(line("  Desk lamp \n", 9), Ok("Desk lamp"));
        assert_eq!(line("\u{feff}Lamp\u{200b} \u{2060}", 9), Ok("Lamp"));
        assert_eq!(line("\u{2028}Lamp\u{2029}", 9), Ok("Lamp"));
        assert_eq!(line(&"é".repeat(6), 11), Err(InvalidText::TooLong(11)));
    }

    #[test]
    fn a_line_that_shows_nothing_is_blank() {
        for text in [
            "",
            " \t\n",
            "\u{ad}",
            "\u{200b}\u{200c}\u{200d}",
            "\u{2060} \u{feff}",
            "\u{3164}",
            "\u{ffa0}\u{115f}\u{1160}",
            "\u{2800}\u{2800}",
            "\u{1d159}",
            "\u{fff9}\u{fffa}\u{fffb}",
            "\u{fe0f}",
            "\u{e0020}\u{e007f}",
            "\u{34f}",
            "\u{202e}\u{202c}",
            "\u{200e}\u{200f}\u{61c}",
            "\u{2028}",
            "\u{a0}\u{3000}",
            "\u{180b}\u{17b4}",
        ] {
            assert_eq!(line(text, 200), Err(InvalidText::Blank), "{text:?}");
            assert!(is_blank(text) && lines(text, 200) == Ok(""), "{text:?}");
        }
        assert!(!is_blank("\u{200b}a"));
    }

    #[test]
    fn a_line_has_no_separators_and_sets_no_direction() {
        for text in ["a\nb", "a\0b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "\u{7}"] {
            assert_eq!(line(text, 200), Err(InvalidText::NotOneLine), "{text:?}");
        }
        for code in (0x202A..=0x202E).chain(0x2066..=0x2069) {
            let c = char::from_u32(code).unwrap();
            for text in [format!("a{c}b"), format!("{c}ab"), format!("ab{c}")] {
                assert_eq!(line(&text, 200), Err(InvalidText::SetsDirection), "{text:?}");
            }
        }
    }

    #[test]
    fn joiners_selectors_and_marks_of_direction_stay() {
        for text in
            ["👩\u{200d}👩\u{200d}👧", "می\u{200c}خواهم", "☕\u{fe0f}", "क्\u{200d}", "a\u{200f}b", "Kaffee\u{ad}kanne"]
        {
            assert_eq!(line(text, 200), Ok(text));
            assert_eq!(lines(text, 200), Ok(text));
        }
    }

    #[test]
    fn lines_may_be_several() {
        assert_eq!(lines("a\r\n\tb\u{2028}c\n", 200), Ok("a\r\n\tb\u{2028}c"));
        assert_eq!(lines("a\0b", 200), Err(InvalidText::NotPlain));
        assert_eq!(lines("abc", 2), Err(InvalidText::TooLong(2)));
    }
}
