//! How one field is read.

use serde_json::{Map, Value};

use super::field_errors::FieldErrors;
use crate::{Code, Failure};

/// A type that a JSON value can be read into.
pub trait FromField: Sized {
    /// Reads the value, which is present and not null.
    ///
    /// # Errors
    /// [`Reject`] says what is wrong with it.
    fn from_field(value: &Value) -> Result<Self, Reject>;

    /// The error for a required field of this type that is absent.
    fn absent() -> Reject {
        Reject::Missing
    }
}

/// Why a value is rejected.
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
        /// The error that the route names for this rule: its code and message become the whole answer's.
        named: Option<Box<NamedError>>,
    },
    /// A value inside it is rejected.
    Within(Box<FieldErrors>),
}

/// An error that a route's contract names: its code, message and details.
#[derive(Debug)]
pub struct NamedError {
    pub(crate) code: Code,
    pub(crate) message: &'static str,
    pub(crate) details: Map<String, Value>,
}

impl Reject {
    /// A broken rule.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { code, message: message.into(), named: None }
    }

    /// A value of another JSON type than `expected` ("a string").
    pub fn mistyped(expected: &str) -> Self {
        Self::invalid("INVALID_TYPE", format!("must be {expected}"))
    }

    /// What is wrong inside a value: at least one problem, each with its path (`city`, `[2]`).
    pub fn within(problems: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut errors = FieldErrors::default();
        for (path, reject) in problems {
            errors.add(&path, reject);
        }
        Self::Within(Box::new(errors))
    }

    /// The error to answer with where this is all that is wrong: of a rule that only what is stored can decide.
    pub fn into_failure(self, field: &str) -> Failure {
        let mut errors = FieldErrors::default();
        errors.add(field, self);
        errors.into_failure("Missing required fields")
    }

    /// Names the error of the route that becomes the whole answer's, unless another field is missing.
    #[must_use]
    pub fn named(self, code: Code, message: &'static str, details: Map<String, Value>) -> Self {
        let named = Box::new(NamedError { code, message, details });
        match self {
            Self::Missing => Self::Missing,
            Self::Invalid { code, message, .. } => Self::Invalid { code, message, named: Some(named) },
            Self::Within(mut errors) => {
                errors.name(named);
                Self::Within(errors)
            }
        }
    }
}

/// Reads a string.
///
/// # Errors
/// [`Reject`] if the value is of another type.
pub fn string(value: &Value) -> Result<&str, Reject> {
    value.as_str().ok_or_else(|| Reject::mistyped("a string"))
}

impl FromField for String {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        string(value).map(str::to_owned)
    }
}

impl FromField for bool {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        value.as_bool().ok_or_else(|| Reject::mistyped("true or false"))
    }
}
