//! Conditions and filters: their operators counted, their operands compared.

use dynoxide::AttributeValue;

use super::path::{Path, path, told};
use super::token::{Token, is_keyword};
use super::{Fault, MOST_OPERATORS, Names, Values};

/// Operands of `IN` at most.
const MOST_IN: usize = 100;

/// Brackets inside each other that are followed. An expression with more is left to dynoxide.
const DEEPEST: usize = 200;

const FUNCTIONS: [&str; 5] = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"];
const SIZE: &str = "size";
/// They compare texts, numbers and bytes. An attribute that is something else makes them false, a value of the request is refused.
const ORDERING: [&str; 5] = ["<", "<=", ">", ">=", "BETWEEN"];
const COMPARATORS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// The first thing wrong with a condition that can be read to its end.
pub(super) fn fault(tokens: &[Token<'_>], names: Option<&Names>, values: Option<&Values>) -> Option<Fault> {
    let mut reader = Reader { tokens, at: 0, names, values, depth: 0, operators: 0, fault: None };
    reader.condition()?;
    if reader.at < tokens.len() {
        return None;
    }
    if reader.operators > MOST_OPERATORS { Some(Fault::TooManyOperators) } else { reader.fault }
}

/// Only paths are compared: DynamoDB takes `:v = :v` and `size(a) = size(a)`.
enum Operand<'a> {
    Path(Path),
    /// By its placeholder.
    Value(&'a str),
    Size,
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    /// The next token.
    at: usize,
    names: Option<&'a Names>,
    values: Option<&'a Values>,
    depth: usize,
    operators: usize,
    /// The first one found.
    fault: Option<Fault>,
}

/// Each reads a part, or is `None` where something else stands.
impl<'a> Reader<'a> {
    /// Which of `AND` and `OR` binds tighter makes no difference here.
    fn condition(&mut self) -> Option<()> {
        self.term()?;
        while self.keyword("AND").or_else(|| self.keyword("OR")).is_some() {
            self.operators += 1;
            self.term()?;
        }
        Some(())
    }

    fn term(&mut self) -> Option<()> {
        while self.keyword("NOT").is_some() {
            self.operators += 1;
        }
        if self.sign("(").is_none() {
            return self.comparison();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.condition()?;
        self.depth -= 1;
        self.sign(")")
    }

    fn comparison(&mut self) -> Option<()> {
        if let [Token::Word(word), Token::Sign("("), ..] = self.rest()
            && let Some(function) = FUNCTIONS.into_iter().find(|function| function.eq_ignore_ascii_case(word))
        {
            self.at += 1;
            self.spelled(word, function);
            let operands = self.list()?;
            let (first, others) = operands.split_first()?;
            self.operator(function, first, others);
            return Some(());
        }
        let first = self.operand()?;
        if self.keyword("BETWEEN").is_some() {
            let low = self.operand()?;
            self.keyword("AND")?;
            let high = self.operand()?;
            self.operator("BETWEEN", &first, &[low, high]);
        } else if self.keyword("IN").is_some() {
            let operands = self.list()?;
            if operands.len() > MOST_IN {
                self.fault.get_or_insert(Fault::TooManyOperands(operands.len()));
            }
            self.operator("IN", &first, &operands);
        } else {
            let comparator = COMPARATORS.into_iter().find(|comparator| self.sign(comparator).is_some())?;
            let second = self.operand()?;
            self.operator(comparator, &first, &[second]);
        }
        Some(())
    }

    fn operator(&mut self, operator: &str, first: &Operand<'_>, others: &[Operand<'_>]) {
        self.operators += 1;
        if ORDERING.contains(&operator)
            && let Some(kind) = [first].into_iter().chain(others).find_map(|operand| self.without_order(operand))
        {
            self.fault.get_or_insert(Fault::OperandType { operator: operator.to_owned(), kind });
        }
        let Operand::Path(first) = first else { return };
        if others.iter().any(|other| matches!(other, Operand::Path(other) if other == first)) {
            let fault = Fault::SameOperand { operator: operator.to_owned(), operand: told(first) };
            self.fault.get_or_insert(fault);
        }
    }

    /// The type of a value that is before and after no other.
    fn without_order(&self, operand: &Operand<'_>) -> Option<&'static str> {
        let Operand::Value(word) = operand else { return None };
        match self.values?.get(*word)? {
            AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_) => None,
            other => Some(other.type_name()),
        }
    }

    fn spelled(&mut self, word: &str, function: &str) {
        if word != function {
            self.fault.get_or_insert(Fault::UnknownFunction(word.to_owned()));
        }
    }

    fn list(&mut self) -> Option<Vec<Operand<'a>>> {
        self.sign("(")?;
        let mut operands = vec![self.operand()?];
        while self.sign(",").is_some() {
            operands.push(self.operand()?);
        }
        self.sign(")")?;
        Some(operands)
    }

    fn operand(&mut self) -> Option<Operand<'a>> {
        match self.rest() {
            [Token::Value(word), ..] => {
                self.at += 1;
                Some(Operand::Value(word))
            }
            [Token::Word(word), Token::Sign("("), ..] if word.eq_ignore_ascii_case(SIZE) => {
                self.at += 2;
                self.spelled(word, SIZE);
                self.path()?;
                self.operators += 1;
                self.sign(")").map(|()| Operand::Size)
            }
            _ => self.path().map(Operand::Path),
        }
    }

    fn path(&mut self) -> Option<Path> {
        let (path, length) = path(self.rest(), self.names)?;
        self.at += length;
        Some(path)
    }

    fn keyword(&mut self, keyword: &str) -> Option<()> {
        self.rest().first().filter(|token| is_keyword(**token, keyword))?;
        self.at += 1;
        Some(())
    }

    fn sign(&mut self, sign: &str) -> Option<()> {
        self.rest().first().filter(|token| matches!(token, Token::Sign(it) if *it == sign))?;
        self.at += 1;
        Some(())
    }

    fn rest(&self) -> &'a [Token<'a>] {
        self.tokens.get(self.at..).unwrap_or_default()
    }
}
