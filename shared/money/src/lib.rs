//! Money: whole cents inside, a JSON number with at most two decimals outside. No float ever adds any.
//!
//! ```
//! use money::{Amount, Price};
//!
//! let price = Price::from_cents(1_999).unwrap();
//! let total = Amount::total([price.times(3), price.times(1)]).unwrap();
//! assert_eq!(total.cents(), 7_996);
//! assert_eq!(serde_json::to_string(&total).unwrap(), "79.96");
//! ```

mod amount;
pub mod cents;
mod decimal;
mod price;

pub use amount::Amount;
pub use price::{Bound, Price, PriceError};
