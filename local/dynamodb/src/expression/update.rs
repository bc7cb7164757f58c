//! Update expressions: what they write to, and their functions and operators.

use super::path::{Element, Path, conflict, path, told};
use super::token::{Token, is_keyword, tokens};
use super::{Fault, MOST_OPERATORS, Names};

const CLAUSES: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];
const FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];

/// An attribute that an update writes to, or a part of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Where it is.
    pub path: Path,
    /// The name of the top-level attribute, or the placeholder that stands for it in the expression.
    pub word: String,
}

impl Target {
    /// The name of the top-level attribute.
    pub(crate) fn attribute(&self) -> &str {
        match self.path.first() {
            Some(Element::Attribute(name)) => name,
            _ => &self.word,
        }
    }
}

/// What an update writes to.
pub(crate) fn targets(expression: &str, names: Option<&Names>) -> Vec<Target> {
    targets_of(&tokens(expression).unwrap_or_default(), names)
}

fn targets_of(tokens: &[Token<'_>], names: Option<&Names>) -> Vec<Target> {
    let (mut depth, mut begins) = (0_usize, false);
    let mut targets = Vec::new();
    for (at, &token) in tokens.iter().enumerate() {
        let clause = depth == 0 && CLAUSES.iter().any(|clause| is_keyword(token, clause));
        match token {
            _ if clause => begins = true,
            Token::Word(word) if begins => {
                let path = path(tokens.get(at..).unwrap_or_default(), names);
                targets.extend(path.map(|(path, _)| Target { path, word: word.to_owned() }));
                begins = false;
            }
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.saturating_sub(1),
            Token::Sign(",") if depth == 0 => begins = true,
            _ => {}
        }
    }
    targets
}

/// The first thing wrong with an update.
pub(super) fn fault(tokens: &[Token<'_>], names: Option<&Names>) -> Option<Fault> {
    let (mut operators, mut first) = (0, None);
    for (at, token) in tokens.iter().enumerate() {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        match token {
            Token::Sign("+" | "-") => operators += 1,
            Token::Word(word) if rest.first() == Some(&Token::Sign("(")) => {
                operators += 1;
                first = first.or_else(|| call_fault(word, rest.get(1..).unwrap_or_default(), names));
            }
            _ => {}
        }
    }
    if operators > MOST_OPERATORS {
        return Some(Fault::TooManyOperators);
    }
    first.or_else(|| conflict(targets_of(tokens, names).into_iter().map(|target| target.path).collect()))
}

/// What is wrong with the call of a function, whose operands `tokens` begin with.
fn call_fault(word: &str, tokens: &[Token<'_>], names: Option<&Names>) -> Option<Fault> {
    if word == "if_not_exists" {
        return same_operand(word, tokens, names);
    }
    let misspelt = FUNCTIONS.iter().any(|function| *function != word && function.eq_ignore_ascii_case(word));
    misspelt.then(|| Fault::UnknownFunction(word.to_owned()))
}

/// Whether the function's first two operands are one path.
fn same_operand(function: &str, tokens: &[Token<'_>], names: Option<&Names>) -> Option<Fault> {
    let (first, length) = path(tokens, names)?;
    let [Token::Sign(","), second @ ..] = tokens.get(length..)? else { return None };
    let (second, _) = path(second, names)?;
    (first == second).then(|| Fault::SameOperand { operator: function.to_owned(), operand: told(&first) })
}
