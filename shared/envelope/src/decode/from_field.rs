//! How one field is read.

use serde_json::{Map, Value};

use crate::Code;

/// A type that a JSON value can be read into.
pub trait FromField: Sized {
    /// Reads the value, which is present and not null.
    ///
    /// # Errors
    /// [`Reject`] says what is wrong with it.
    fn from_field(value: &Value) -> Result<Self, Reject>;
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

    /// Makes this the error the whole answer is about, unless a field is missing.
    #[must_use]
    pub fn named(self, code: Code, message: &'static str, details: Map<String, Value>) -> Self {
        match self {
            Self::Missing => Self::Missing,
            Self::Invalid { code: field_code, message: text, .. } => {
                let headline = Some(Box::new(Headline { code, message, details }));
                Self::Invalid { code: field_code, message: text, headline }
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
