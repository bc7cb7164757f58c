//! Document paths: `a.b[1]`.

use super::token::Token;
use super::{Fault, Names};

/// A path's elements, with placeholders replaced by the names they stand for. The first is an attribute of the item.
pub(crate) type Path = Vec<Element>;

/// Where a path leads next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    /// The value that an item or a map has by this name.
    Attribute(String),
    /// The element at this place of a list, from 0.
    Index(usize),
}

impl std::fmt::Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Attribute(name) => f.write_str(name),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// Reads the path at the start of `tokens`, and says how many of them it is.
pub(super) fn path(tokens: &[Token<'_>], names: Option<&Names>) -> Option<(Path, usize)> {
    let [Token::Word(first), ..] = tokens else { return None };
    let mut path = vec![Element::Attribute(resolved(first, names))];
    let mut at = 1;
    loop {
        match tokens.get(at..)? {
            [Token::Sign("."), Token::Word(name), ..] => {
                path.push(Element::Attribute(resolved(name, names)));
                at += 2;
            }
            [Token::Sign("["), Token::Word(index), Token::Sign("]"), ..] => {
                path.push(Element::Index(index.parse().ok()?));
                at += 3;
            }
            _ => return Some((path, at)),
        }
    }
}

/// As DynamoDB tells a path.
pub(super) fn told(path: &Path) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The paths of a projection, unless something else stands there.
pub(super) fn projected(mut tokens: &[Token<'_>], names: Option<&Names>) -> Option<Vec<Path>> {
    let mut paths = Vec::new();
    loop {
        let (path, length) = path(tokens, names)?;
        paths.push(path);
        match tokens.get(length..)? {
            [] => return Some(paths),
            [Token::Sign(","), rest @ ..] => tokens = rest,
            _ => return None,
        }
    }
}

/// Two paths that no item can have both: what is a map for one of them is a list for the other.
pub(super) fn conflict(paths: Vec<Path>) -> Option<Fault> {
    let conflicting = |one: &Path, two: &Path| {
        let differing = one.iter().zip(two).find(|(one, two)| one != two);
        differing.is_some_and(|(one, two)| std::mem::discriminant(one) != std::mem::discriminant(two))
    };
    paths.iter().enumerate().find_map(|(at, two)| {
        let one = paths.iter().take(at).find(|one| conflicting(one, two))?;
        Some(Fault::ConflictingPaths { one: told(one), two: told(two) })
    })
}

/// The attribute that a word of a path names. dynoxide refuses a placeholder that is not defined.
fn resolved(word: &str, names: Option<&Names>) -> String {
    names.and_then(|names| names.get(word)).map_or(word, String::as_str).to_owned()
}
