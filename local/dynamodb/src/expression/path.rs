//! Document paths: `a.b[1]`.

use super::Names;
use super::token::Token;

/// A path's elements, with placeholders replaced by the names they stand for.
pub(super) type Path = Vec<String>;

/// Reads the path at the start of `tokens`, and says how many of them it is.
pub(super) fn path(tokens: &[Token<'_>], names: Option<&Names>) -> Option<(Path, usize)> {
    let [Token::Word(first), ..] = tokens else { return None };
    let mut path = vec![resolved(first, names)];
    let mut at = 1;
    loop {
        match tokens.get(at..)? {
            [Token::Sign("."), Token::Word(name), ..] => {
                path.push(resolved(name, names));
                at += 2;
            }
            [Token::Sign("["), Token::Word(index), Token::Sign("]"), ..] => {
                path.push(format!("[{index}]"));
                at += 3;
            }
            _ => return Some((path, at)),
        }
    }
}

/// The attribute that a word of a path names. dynoxide refuses a placeholder that is not defined.
pub(super) fn resolved(word: &str, names: Option<&Names>) -> String {
    names.and_then(|names| names.get(word)).map_or(word, String::as_str).to_owned()
}
