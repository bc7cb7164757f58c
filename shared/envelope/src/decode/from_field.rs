//! How one field is read.

use serde_json::{Map, Value};

use super::findings::Findings;
use crate::Code;

/// A type that a JSON value can be read into.
pub trait FromField: Sized {
    /// Reads the value, which is present and not null.
    ///
    /// # Errors
    /// [`Reject`] says what is wrong with it.
    fn from_field(value: &Value) -> Result<Self, Reject>;

    /// What it is called that the field is not there, where it has to be.
    fn absent() -> Reject {
        Reject::Missing
    }
}

/// Why a value was not taken.
#[derive(Debug)]
pub enum Reject {
    /// It is blank, which counts as absent.
    Missing,
    /// It breaks a rule.
    Invalid {
        /// `fields[].code`.
        code: &'static str,
        /// `fields[].message`.
        message: String,
        /// Set where the route names this error itself: it then words the whole answer.
        headline: Option<Box<Headline>>,
    },
    /// Something in it is wrong.
    Within(Box<Findings>),
}

/// An error that a route's contract names: its code, message and details.
#[derive(Debug)]
pub struct Headline {
    pub(crate) code: Code,
    pub(crate) message: &'static str,
    pub(crate) details: Map<String, Value>,
}

impl Reject {
    /// A broken rule.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { code, message: message.into(), headline: None }
    }

    /// A value of another JSON type than `expected` ("a string").
    pub fn mistyped(expected: &str) -> Self {
        Self::invalid("INVALID_TYPE", format!("must be {expected}"))
    }

    /// What is wrong inside a value: at least one problem, each with its path (`city`, `[2]`).
    pub fn within(problems: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut findings = Findings::default();
        for (path, reject) in problems {
            findings.note(&path, reject);
        }
        Self::Within(Box::new(findings))
    }

    /// Makes this the error the whole answer is about, unless a field is missing.
    #[must_use]
    pub fn named(self, code: Code, message: &'static str, details: Map<String, Value>) -> Self {
        let headline = Box::new(Headline { code, message, details });
        match self {
            Self::Missing => Self::Missing,
            Self::Invalid { code, message, .. } => Self::Invalid { code, message, headline: Some(headline) },
            Self::Within(mut findings) => {
                findings.name(headline);
                Self::Within(findings)
            }
        }
    }
}

/// The text of a string value.
///
/// # Errors
/// [`Reject`] if it is no string.
pub fn text(value: &Value) -> Result<&str, Reject> {
    value.as_str().ok_or_else(|| Reject::mistyped("a string"))
}

impl FromField for String {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        text(value).map(str::to_owned)
    }
}

impl FromField for bool {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        value.as_bool().ok_or_else(|| Reject::mistyped("true or false"))
    }
}
