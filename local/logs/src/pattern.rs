//! Filter patterns. CloudWatch Logs User Guide: "Filter pattern syntax for metric filters, subscription filters, filter log
//! events, and Live Tail". Terms and JSON are understood; space-delimited fields (`[…]`) and regular expressions
//! (`%…%`) are refused.

mod condition;
mod lexer;

use condition::Condition;
use lexer::{Terms, terms};
use serde_json::Value;

use crate::Error;

/// Which lines are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    /// Every line.
    All,
    /// Lines with these words.
    Terms(Terms),
    /// Lines that are JSON objects for which this holds.
    Json(Condition),
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::All);
        }
        if let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            return Condition::parse(inside).map(Self::Json);
        }
        if text.starts_with(['[', '{']) {
            return Err(refused(text, "only terms and { JSON conditions } are emulated"));
        }
        terms(text).map(Self::Terms)
    }

    /// Whether a line is wanted.
    pub fn matches(&self, line: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.match_line(line),
            Self::Json(condition) => {
                line.trim_start().starts_with('{')
                    && serde_json::from_str::<Value>(line).is_ok_and(|value| condition.holds(&value))
            }
        }
    }
}

/// Why a pattern is refused.
fn refused(pattern: &str, why: &str) -> Error {
    Error::InvalidParameter(format!("Invalid filter pattern `{pattern}`: {why}"))
}

#[cfg(test)]
mod tests;
