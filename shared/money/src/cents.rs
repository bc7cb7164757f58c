//! How money is stored and sent between services: as whole cents.
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

/// What is counted in cents.
pub trait Cents: Sized {
    /// How many.
    fn cents(&self) -> u64;

    /// So many of it, if there can be so many.
    fn from_cents(cents: u64) -> Option<Self>;
}

/// Writes the cents.
///
/// # Errors
/// The serializer's.
pub fn serialize<T: Cents, S: Serializer>(money: &T, serializer: S) -> Result<S::Ok, S::Error> {
    money.cents().serialize(serializer)
}

/// Reads the cents.
///
/// # Errors
/// The deserializer's, and for a number of cents that there can't be.
pub fn deserialize<'de, T: Cents, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let cents = u64::deserialize(deserializer)?;
    T::from_cents(cents).ok_or_else(|| D::Error::custom("not an amount of money that there can be"))
}
