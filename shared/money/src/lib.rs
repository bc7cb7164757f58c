//! Money of one currency with cents. It is counted in whole cents, so sums are exact, and an API shows it as a JSON number
//! with at most two decimals.
//!
//! - [`Price`]: the price of one unit, above 0.
//! - [`Amount`]: a sum of prices.
//! - [`Bound`]: an end of a price range, as a query writes it.
//! - [`cents`]: the form in which money is stored and sent between services.
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
#[cfg(test)]
mod properties;

pub use amount::Amount;
pub use price::{Bound, Price, PriceError};
