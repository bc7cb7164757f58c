//! The form in which money is stored and sent between services: whole cents, for `#[serde(with = "money::cents")]`.
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Item {
//!     #[serde(with = "money::cents")]
//!     price: money::Price,
//! }
//!
//! let item: Item = serde_json::from_str(r#"{"price":1999}"#).unwrap();
//! assert_eq!(serde_json::to_string(&item).unwrap(), r#"{"price":1999}"#);
//! ```

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A type of money that is counted in cents.
pub trait Cents: Sized {
    /// The value in cents.
    fn cents(&self) -> u64;

    /// The value of so many cents; `None` if the type excludes it.
    fn from_cents(cents: u64) -> Option<Self>;
}

/// Writes the value in cents.
///
/// # Errors
/// The serializer's.
pub fn serialize<T: Cents, S: Serializer>(money: &T, serializer: S) -> Result<S::Ok, S::Error> {
    money.cents().serialize(serializer)
}

/// Reads a value in cents.
///
/// # Errors
/// The deserializer's, and for a value that the type excludes.
pub fn deserialize<'de, T: Cents, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let cents = u64::deserialize(deserializer)?;
    T::from_cents(cents).ok_or_else(|| D::Error::custom("a number of cents that is out of range"))
}
