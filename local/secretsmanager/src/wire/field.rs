//! Fields of requests and responses.

use crate::Error;

/// A required parameter.
pub(super) fn required<T>(value: Option<T>, name: &str) -> Result<T, Error> {
    value.ok_or_else(|| Error::InvalidParameter(format!("You must provide a value for the {name} parameter.")))
}

/// A timestamp as the protocol writes it: seconds since 1970, with a fraction.
pub(super) fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
