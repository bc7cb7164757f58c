//! Limits of expressions and of their values that dynoxide doesn't look for. DynamoDB: "Condition and filter expressions, operators, and
//! functions", "Quotas in Amazon DynamoDB".
//!
//! An expression that can't be read here is left to dynoxide, which words what is wrong with it.

mod condition;
mod path;
mod requests;
mod token;
mod update;
mod values;

use std::borrow::Cow;
use std::collections::HashMap;

use dynoxide::{AttributeValue, DynoxideError};

pub(crate) use self::path::Element;
pub(crate) use self::requests::Expressions;
pub(crate) use self::update::{Target, targets};

/// dynoxide refuses a longer expression itself, whatever is in it.
const MOST_BYTES: usize = 4096;

/// Operators and functions of one expression at most.
const MOST_OPERATORS: usize = 300;

/// Bytes of all names and values that stand in for words of an expression.
const MOST_BYTES_OF_SUBSTITUTES: usize = 2 * 1024 * 1024;

/// `ExpressionAttributeNames`.
type Names = HashMap<String, String>;

/// `ExpressionAttributeValues`.
type Values = HashMap<String, AttributeValue>;

/// Which parameter an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Condition,
    Filter,
    KeyCondition,
    Projection,
    Update,
}

impl Parameter {
    fn name(self) -> &'static str {
        match self {
            Self::Condition => "ConditionExpression",
            Self::Filter => "FilterExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Projection => "ProjectionExpression",
            Self::Update => "UpdateExpression",
        }
    }
}

/// An expression of a request.
#[derive(Debug, Clone)]
pub(crate) struct Expression<'a> {
    pub parameter: Parameter,
    pub text: &'a str,
    pub names: Option<&'a Names>,
    pub values: Option<Cow<'a, Values>>,
}

/// Why DynamoDB refuses an expression.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    /// A function's name in another case: keywords are in any case, functions are not.
    #[error("Invalid function name; function: {0}")]
    UnknownFunction(String),
    /// DynamoDB stops counting at the first operator too many.
    #[error("The expression contains too many operators; operator count: {}", MOST_OPERATORS + 1)]
    TooManyOperators,
    #[error("The IN operator is provided with too many operands; number of operands: {0}")]
    TooManyOperands(usize),
    #[error(
        "The first operand must be distinct from the remaining operands for this operator or function; operator: \
         {operator}, first operand: [{operand}]"
    )]
    SameOperand { operator: String, operand: String },
    #[error("Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}")]
    OperandType { operator: String, kind: &'static str },
    #[error(
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [{one}], path \
         two: [{two}]"
    )]
    ConflictingPaths { one: String, two: String },
}

impl Expression<'_> {
    /// Refuses what DynamoDB refuses and dynoxide does not.
    pub(crate) fn check(&self) -> Result<(), DynoxideError> {
        if let Some(fault) = self.values.as_deref().and_then(values::fault) {
            return Err(DynoxideError::EnvelopedValidation(fault));
        }
        if self.text.len() > MOST_BYTES {
            return Ok(());
        }
        if self.bytes_of_substitutes() > MOST_BYTES_OF_SUBSTITUTES {
            let message = "The names and values of an expression have exceeded the maximum allowed size of 2 MB";
            return Err(DynoxideError::EnvelopedValidation(format!("Invalid {}: {message}", self.parameter.name())));
        }
        let Some(tokens) = token::tokens(self.text) else { return Ok(()) };
        let fault = match self.parameter {
            Parameter::Update => update::fault(&tokens, self.names),
            Parameter::Projection => path::projected(&tokens, self.names).and_then(path::conflict),
            _ => condition::fault(&tokens, self.names, self.values.as_deref()),
        };
        match fault {
            Some(fault) => {
                let message = format!("Invalid {}: {fault}", self.parameter.name());
                Err(DynoxideError::EnvelopedValidation(message))
            }
            None => Ok(()),
        }
    }

    fn bytes_of_substitutes(&self) -> usize {
        let names = self.names.into_iter().flatten().map(|(word, name)| word.len() + name.len());
        let values = self.values.as_deref().into_iter().flatten().map(|(word, value)| word.len() + value.size());
        names.chain(values).sum()
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
