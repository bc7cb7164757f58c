//! The words of a pattern.

use super::refused;
use crate::Error;

/// A pattern of words, each of which is looked for as it is written, upper and lower case apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// All of these have to be in the line.
    all: Vec<String>,
    /// `?word`: one of these has to be, if there are no others.
    any: Vec<String>,
    /// `-word`: none of these may be.
    none: Vec<String>,
}

impl Terms {
    pub fn match_line(&self, line: &str) -> bool {
        let has = |term: &String| line.contains(term.as_str());
        // "If you use ? with other terms, the ? is ignored": the words that have to be there decide.
        let any = !self.all.is_empty() || self.any.is_empty() || self.any.iter().any(has);
        self.all.iter().all(has) && any && !self.none.iter().any(has)
    }
}

/// Reads a pattern of words.
pub(super) fn terms(pattern: &str) -> Result<Terms, Error> {
    let mut found = Terms::default();
    let mut rest = pattern.trim_start();
    while !rest.is_empty() {
        let (list, word) = match rest.split_at_checked(1) {
            Some(("?", word)) => (&mut found.any, word),
            Some(("-", word)) => (&mut found.none, word),
            _ => (&mut found.all, rest),
        };
        let (term, after) = if word.starts_with('"') {
            quoted(word).ok_or_else(|| refused(pattern, "a quotation mark is not closed"))?
        } else {
            let end = word.find(char::is_whitespace).unwrap_or(word.len());
            (word[..end].to_owned(), &word[end..])
        };
        if term.starts_with('%') && term.ends_with('%') && term.len() > 1 {
            return Err(refused(pattern, "regular expressions are not emulated"));
        }
        if term.is_empty() {
            return Err(refused(pattern, "a term is empty"));
        }
        list.push(term);
        rest = after.trim_start();
    }
    Ok(found)
}

/// A text in quotation marks at the start, and what follows it. A backslash takes the next character as it is.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
