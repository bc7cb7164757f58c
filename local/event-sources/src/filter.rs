//! Filters: which records a function gets. AWS Lambda: "Control which events Lambda sends to your function"; the operators are
//! EventBridge's ("Comparison operators for use in event patterns").
//!
//! A pattern has the shape of a record, with a list of rules where the record has a value:
//! `{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"color": {"S": [{"prefix": "a"}]}}}}`. All fields must
//! match, and of a list's rules one. An array in the record matches if one of its elements does.

mod rule;

use serde_json::{Map, Value};

use self::rule::Rule;

/// The filters of one source: a record passes if one of them matches, or if there are none.
#[derive(Debug, Clone, Default)]
pub struct Filters(Vec<Pattern>);

/// A pattern that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter pattern, at {path}: {problem}")]
pub struct FilterError {
    /// Where: `$.dynamodb.NewImage.color`.
    pub path: String,
    /// What is wrong, naming it.
    pub problem: String,
}

impl Filters {
    /// Reads patterns, refusing what it would not understand.
    pub fn parse(patterns: &[Value]) -> Result<Self, FilterError> {
        let parse = |pattern: &Value| match pattern {
            Value::Object(fields) => Pattern::parse(fields, "$"),
            other => Err(error("$", format!("a pattern is an object, not {other}"))),
        };
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is nothing to match.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a stream's record passes.
    pub fn pass(&self, record: &Value) -> bool {
        self.is_empty() || self.0.iter().any(|pattern| pattern.matches(Some(record), Shape::Plain))
    }

    /// Whether a record passes that is still text. It is parsed only where there are filters.
    pub(crate) fn pass_text(&self, record: &str) -> bool {
        self.is_empty() || serde_json::from_str(record).is_ok_and(|record| self.pass(&record))
    }

    /// Whether a queue's message (a record of an SQS event) passes. A pattern for `body` that is an object matches only
    /// bodies in JSON, and one that is a list only bodies that are not.
    pub fn pass_message(&self, message: &Value) -> bool {
        self.is_empty() || self.0.iter().any(|pattern| pattern.matches(Some(message), Shape::Message))
    }
}

/// Whether `body` is a text that may hold JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Message,
}

/// One object of a pattern.
#[derive(Debug, Clone)]
struct Pattern {
    fields: Vec<(String, Field)>,
    /// The alternatives of `$or`, none if there is no such field.
    any_of: Vec<Pattern>,
}

#[derive(Debug, Clone)]
enum Field {
    Object(Pattern),
    /// One of the rules is to match.
    Value(Vec<Rule>),
}

impl Pattern {
    fn parse(object: &Map<String, Value>, path: &str) -> Result<Self, FilterError> {
        let mut pattern = Self { fields: Vec::new(), any_of: Vec::new() };
        for (name, value) in object {
            let path = format!("{path}.{name}");
            match value {
                Value::Array(alternatives) if name == "$or" => {
                    for alternative in alternatives {
                        let Value::Object(fields) = alternative else {
                            return Err(error(&path, format!("an alternative is an object, not {alternative}")));
                        };
                        pattern.any_of.push(Self::parse(fields, &path)?);
                    }
                }
                Value::Object(fields) => {
                    pattern.fields.push((name.clone(), Field::Object(Self::parse(fields, &path)?)))
                }
                Value::Array(rules) if !rules.is_empty() => {
                    let rules = rules.iter().map(|rule| Rule::parse(rule).map_err(|problem| error(&path, problem)));
                    pattern.fields.push((name.clone(), Field::Value(rules.collect::<Result<_, _>>()?)));
                }
                other => return Err(error(&path, format!("a value is matched by a list of rules, not by {other}"))),
            }
        }
        Ok(pattern)
    }

    /// A missing value matches like an empty object: only rules that require absence match.
    fn matches(&self, value: Option<&Value>, shape: Shape) -> bool {
        if let Some(Value::Array(elements)) = value {
            let mut objects = elements.iter().filter(|element| element.is_object()).peekable();
            if objects.peek().is_some() {
                return objects.any(|object| self.matches(Some(object), shape));
            }
        }
        let field = |name: &str| value.and_then(|value| value.get(name));
        self.fields.iter().all(|(name, wanted)| match (shape, name.as_str()) {
            (Shape::Message, "body") => wanted.matches_body(field("body")),
            _ => wanted.matches(field(name)),
        }) && (self.any_of.is_empty() || self.any_of.iter().any(|pattern| pattern.matches(value, shape)))
    }
}

impl Field {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Object(pattern) => pattern.matches(value, Shape::Plain),
            Self::Value(rules) => {
                let mut leaves = Vec::new();
                collect_leaves(value, &mut leaves);
                rules.iter().any(|rule| rule.matches(&leaves))
            }
        }
    }

    fn matches_body(&self, body: Option<&Value>) -> bool {
        let text = body.and_then(Value::as_str).unwrap_or_default();
        let json = serde_json::from_str::<Value>(text).ok().filter(|json| json.is_object() || json.is_array());
        match (self, &json) {
            (Self::Object(_), Some(_)) => self.matches(json.as_ref()),
            (Self::Value(_), None) => self.matches(body),
            _ => false,
        }
    }
}

/// The values at a path: one, or those of an array. An object is not a value itself; it contains some.
fn collect_leaves<'a>(value: Option<&'a Value>, leaves: &mut Vec<&'a Value>) {
    match value {
        None | Some(Value::Object(_)) => {}
        Some(Value::Array(elements)) => elements.iter().for_each(|element| collect_leaves(Some(element), leaves)),
        Some(leaf) => leaves.push(leaf),
    }
}

fn error(path: &str, problem: String) -> FilterError {
    FilterError { path: path.to_owned(), problem }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
