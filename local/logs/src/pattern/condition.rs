//! JSON patterns: `{ ($.level = "ERROR" || $.status >= 500) && $.path = "/api/*" }`.

use serde_json::Value;

use super::lexer::quoted;
use super::refused;
use crate::Error;

/// How deep parentheses may be nested.
const DEEPEST: usize = 20;

/// A condition on a line that is JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
    Is { path: Vec<Step>, test: Test },
}

/// A step of a path into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// `.name`
    Member(String),
    /// `[0]`
    Element(usize),
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// `=` with a text, in which `*` stands for any characters.
    Like(String),
    /// `!=` with a text.
    Unlike(String),
    /// A comparison with a number.
    Number(Comparison, f64),
    Null,
    True,
    False,
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Condition {
    /// Reads what is between the braces.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser { pattern: text, rest: text, depth: 0 };
        let condition = parser.either()?;
        if parser.rest.trim().is_empty() { Ok(condition) } else { Err(parser.refuse("&&, || or } is expected")) }
    }

    /// Whether it holds for a document.
    pub fn holds(&self, document: &Value) -> bool {
        match self {
            Self::Both(one, other) => one.holds(document) && other.holds(document),
            Self::Either(one, other) => one.holds(document) || other.holds(document),
            Self::Is { path, test } => test.holds(at(document, path)),
        }
    }
}

fn at<'a>(document: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Element(index) => value.get(index),
    })
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Missing, value) => value.is_none(),
            (_, None) => false,
            (Self::Null, Some(value)) => value.is_null(),
            (Self::True, Some(value)) => *value == Value::Bool(true),
            (Self::False, Some(value)) => *value == Value::Bool(false),
            (Self::Like(pattern), Some(value)) => text(value).is_some_and(|value| is_like(&value, pattern)),
            (Self::Unlike(pattern), Some(value)) => text(value).is_some_and(|value| !is_like(&value, pattern)),
            (Self::Number(comparison, number), Some(value)) => {
                value.as_f64().is_some_and(|value| comparison.holds(value, *number))
            }
        }
    }
}

/// A value as a text pattern sees it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether a text matches one with wildcards.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(found) => text = &text[found + part.len()..],
            None => return false,
        }
    }
    true
}

impl Comparison {
    fn holds(self, value: f64, number: f64) -> bool {
        match self {
            Self::Equal => value == number,
            Self::Unequal => value != number,
            Self::Less => value < number,
            Self::AtMost => value <= number,
            Self::Greater => value > number,
            Self::AtLeast => value >= number,
        }
    }
}

struct Parser<'a> {
    pattern: &'a str,
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Condition, Error> {
        let mut condition = self.both()?;
        while self.takes("||") {
            condition = Condition::Either(Box::new(condition), Box::new(self.both()?));
        }
        Ok(condition)
    }

    fn both(&mut self) -> Result<Condition, Error> {
        let mut condition = self.one()?;
        while self.takes("&&") {
            condition = Condition::Both(Box::new(condition), Box::new(self.one()?));
        }
        Ok(condition)
    }

    fn one(&mut self) -> Result<Condition, Error> {
        if self.takes("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(self.refuse("it is nested too deep"));
            }
            let condition = self.either()?;
            self.depth -= 1;
            return if self.takes(")") { Ok(condition) } else { Err(self.refuse("a parenthesis is not closed")) };
        }
        let path = self.path()?;
        let test = self.test()?;
        Ok(Condition::Is { path, test })
    }

    fn path(&mut self) -> Result<Vec<Step>, Error> {
        if !self.takes("$") {
            return Err(self.refuse("a selector begins with $"));
        }
        let mut path = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !c.is_alphanumeric() && !"_-@".contains(c)).unwrap_or(rest.len());
                if end == 0 {
                    return Err(self.refuse("a member has no name"));
                }
                path.push(Step::Member(rest[..end].to_owned()));
                self.rest = &rest[end..];
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let index = rest.split_once(']').and_then(|(index, rest)| Some((index.trim().parse().ok()?, rest)));
                let Some((index, rest)) = index else {
                    return Err(self.refuse("[…] holds the number of an element"));
                };
                path.push(Step::Element(index));
                self.rest = rest;
            } else {
                return Ok(path);
            }
        }
    }

    fn test(&mut self) -> Result<Test, Error> {
        for (words, test) in
            [("IS NULL", Test::Null), ("IS TRUE", Test::True), ("IS FALSE", Test::False), ("NOT EXISTS", Test::Missing)]
        {
            if self.takes(words) {
                return Ok(test);
            }
        }
        let comparisons = [
            ("!=", Comparison::Unequal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let Some((_, comparison)) = comparisons.into_iter().find(|(sign, _)| self.takes(sign)) else {
            return Err(self.refuse("a comparison is expected"));
        };
        let (value, is_text) = self.value()?;
        match (comparison, value.parse::<f64>()) {
            (comparison, Ok(number)) if !is_text => Ok(Test::Number(comparison, number)),
            (Comparison::Equal, _) => Ok(Test::Like(value)),
            (Comparison::Unequal, _) => Ok(Test::Unlike(value)),
            _ => Err(self.refuse("only numbers are less or greater")),
        }
    }

    /// A value, and whether it is in quotation marks.
    fn value(&mut self) -> Result<(String, bool), Error> {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('"') {
            let Some((value, rest)) = quoted(self.rest) else {
                return Err(self.refuse("a quotation mark is not closed"));
            };
            self.rest = rest;
            return Ok((value, true));
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || "()&|".contains(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.refuse("a value is expected"));
        }
        if self.rest.starts_with('%') {
            return Err(self.refuse("regular expressions are not emulated"));
        }
        let value = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        Ok((value, false))
    }

    /// Goes on behind a text, if it is next.
    fn takes(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(text) else { return false };
        self.rest = rest;
        true
    }

    fn refuse(&self, why: &str) -> Error {
        refused(&format!("{{{}}}", self.pattern), why)
    }
}
