//! Update expressions: what they write to, and their functions and operators.

use super::path::{Element, path, told};
use super::token::{Token, is_keyword, tokens};
use super::{Fault, MOST_OPERATORS, Names};

const CLAUSES: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];
const FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];

/// An attribute that an update writes to, or a part of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The name of the top-level attribute.
    pub attribute: String,
    /// The way from there to the part; none for the whole attribute.
    pub within: Vec<Element>,
    /// The attribute's name, or the placeholder that stands for it in the expression.
    pub word: String,
}

/// What an update writes to.
pub(crate) fn targets(expression: &str, names: Option<&Names>) -> Vec<Target> {
    let tokens = tokens(expression).unwrap_or_default();
    let (mut depth, mut begins) = (0_usize, false);
    let mut targets = Vec::new();
    for (at, &token) in tokens.iter().enumerate() {
        let clause = depth == 0 && CLAUSES.iter().any(|clause| is_keyword(token, clause));
        match token {
            _ if clause => begins = true,
            Token::Word(word) if begins => {
                targets.extend(target(word, tokens.get(at..).unwrap_or_default(), names));
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

/// The target that `tokens` begin with.
fn target(word: &str, tokens: &[Token<'_>], names: Option<&Names>) -> Option<Target> {
    let mut path = path(tokens, names)?.0.into_iter();
    let Element::Attribute(attribute) = path.next()? else { return None };
    Some(Target { attribute, within: path.collect(), word: word.to_owned() })
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
    if operators > MOST_OPERATORS { Some(Fault::TooManyOperators) } else { first }
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
