//! One rule for a value: the value itself, or an operator.

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    /// A string, number, boolean or null. Numbers are compared as written: 300 is not 300.0.
    Is(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    Suffix(String),
    /// There is a value, and none of these rules matches it.
    AnythingBut(Vec<Rule>),
    /// Every comparison holds. Strings that look like numbers are not numbers.
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Rule {
    /// Reads a rule, or says what is wrong with it.
    pub(super) fn parse(rule: &Value) -> Result<Self, String> {
        let object = match rule {
            Value::Object(object) => object,
            Value::Array(_) => return Err(format!("{rule} is a list in a list")),
            value => return Ok(Self::Is(value.clone())),
        };
        let mut operators = object.iter();
        let (Some((operator, operand)), None) = (operators.next(), operators.next()) else {
            return Err(format!("{rule} should have one operator"));
        };
        match operator.as_str() {
            "exists" => operand.as_bool().map(Self::Exists).ok_or_else(|| misused(operator, operand)),
            "numeric" => comparisons(operand).map(Self::Numeric).ok_or_else(|| misused(operator, operand)),
            "anything-but" => exceptions(operand).map(Self::AnythingBut),
            _ => on_text(operator, operand),
        }
    }

    /// Whether it holds of what is there: nothing, a value, or the values of an array, of which one suffices.
    pub(super) fn matches(&self, values: &[&Value]) -> bool {
        match self {
            Self::Exists(wanted) => values.is_empty() != *wanted,
            rule => values.iter().any(|value| rule.matches_one(value)),
        }
    }

    fn matches_one(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Is(wanted) => value == wanted,
            Self::EqualsIgnoreCase(wanted) => text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase()),
            Self::Prefix(wanted) => text.is_some_and(|text| text.starts_with(wanted.as_str())),
            Self::Suffix(wanted) => text.is_some_and(|text| text.ends_with(wanted.as_str())),
            Self::AnythingBut(exceptions) => !exceptions.iter().any(|rule| rule.matches_one(value)),
            Self::Numeric(comparisons) => {
                value.is_number().then(|| value.as_f64()).flatten().is_some_and(|number| {
                    comparisons.iter().all(|(comparison, limit)| comparison.holds(number, *limit))
                })
            }
            Self::Exists(wanted) => *wanted,
        }
    }
}

impl Comparison {
    fn parse(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::More,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, number: f64, limit: f64) -> bool {
        match self {
            Self::Equal => number == limit,
            Self::Less => number < limit,
            Self::AtMost => number <= limit,
            Self::More => number > limit,
            Self::AtLeast => number >= limit,
        }
    }
}

/// The operators that look at a string.
fn on_text(operator: &str, operand: &Value) -> Result<Rule, String> {
    let rule = match operator {
        "prefix" => Rule::Prefix,
        "suffix" => Rule::Suffix,
        "equals-ignore-case" => Rule::EqualsIgnoreCase,
        unknown => return Err(format!("unknown operator \"{unknown}\"")),
    };
    operand.as_str().map(|text| rule(text.to_owned())).ok_or_else(|| misused(operator, operand))
}

/// `[">", 0, "<=", 5]`.
fn comparisons(operand: &Value) -> Option<Vec<(Comparison, f64)>> {
    let (pairs, rest) = operand.as_array()?.as_chunks::<2>();
    let pair = |[sign, limit]: &[Value; 2]| Some((Comparison::parse(sign.as_str()?)?, limit.as_f64()?));
    (!pairs.is_empty() && rest.is_empty()).then(|| pairs.iter().map(pair).collect())?
}

/// A value, a list of values, or an operator on strings with one or a list of them.
fn exceptions(operand: &Value) -> Result<Vec<Rule>, String> {
    match operand {
        Value::Array(values)
            if values.is_empty() || values.iter().any(|value| value.is_array() || value.is_object()) =>
        {
            Err(misused("anything-but", operand))
        }
        Value::Array(values) => Ok(values.iter().cloned().map(Rule::Is).collect()),
        Value::Object(object) => {
            let mut rules = Vec::new();
            for (operator, operand) in object {
                match operand {
                    Value::Array(texts) => {
                        for text in texts {
                            rules.push(on_text(operator, text)?);
                        }
                    }
                    text => rules.push(on_text(operator, text)?),
                }
            }
            if rules.is_empty() { Err(misused("anything-but", operand)) } else { Ok(rules) }
        }
        value => Ok(vec![Rule::Is(value.clone())]),
    }
}

fn misused(operator: &str, operand: &Value) -> String {
    format!("operator \"{operator}\" can't take {operand}")
}
