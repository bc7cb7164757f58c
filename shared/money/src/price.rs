//! Prices, and the bounds of a price range.

use envelope::Code;
use envelope::decode::{FromField, FromQuery, Reject};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::Amount;
use crate::cents::Cents;
use crate::decimal::{self, NotCents};

/// The price of one unit: above 0, at most 9 999 999.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(u64);

/// Why a number is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The number is 0 or below.
    #[error("must be greater than 0")]
    NotPositive,
    /// The number has fractions of a cent.
    #[error("must have at most two decimals")]
    TooPrecise,
    /// The number is over [`Price::MAX`].
    #[error("must be at most 9999999.99")]
    TooHigh,
}

impl Price {
    /// The highest price.
    pub const MAX: Self = Self(999_999_999);

    /// A price in cents; `None` if it is out of range.
    pub fn from_cents(cents: u64) -> Option<Self> {
        (1..=Self::MAX.0).contains(&cents).then_some(Self(cents))
    }

    /// Reads a JSON number. A double shows every decimal of a price: the envelope rounds a literal with more digits than a
    /// double has to one that has too many decimals.
    ///
    /// # Errors
    /// [`PriceError`]
    pub fn from_number(number: f64) -> Result<Self, PriceError> {
        if number <= 0.0 {
            return Err(PriceError::NotPositive);
        }
        // `Display` writes the shortest decimal that reads back as the same float, and no exponent.
        let cents = decimal::parse(&number.to_string()).map_err(|error| match error {
            NotCents::TooPrecise => PriceError::TooPrecise,
            NotCents::Malformed | NotCents::TooLarge => PriceError::TooHigh,
        })?;
        Self::from_cents(cents).ok_or(PriceError::TooHigh)
    }

    /// The price in cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// The price of so many units.
    pub fn times(self, quantity: u32) -> Amount {
        // 30 bits times 32 bits fit into 64.
        Amount::from_cents(self.0 * u64::from(quantity))
    }
}

impl Cents for Price {
    fn cents(&self) -> u64 {
        self.0
    }

    fn from_cents(cents: u64) -> Option<Self> {
        Self::from_cents(cents)
    }
}

/// Written as the API shows it; [`crate::cents`] writes it as it is stored.
impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        decimal::serialize(self.0, serializer)
    }
}

impl FromField for Price {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let number = value.as_f64().ok_or_else(|| Reject::mistyped("a number"))?;
        Self::from_number(number).map_err(|error| match error {
            PriceError::NotPositive => {
                let requirement = json!("a number greater than 0, at most 9999999.99, with at most two decimals");
                let details =
                    Map::from_iter([("price".to_owned(), value.clone()), ("requirement".to_owned(), requirement)]);
                Reject::invalid("OUT_OF_RANGE", error.to_string()).named(
                    Code::INVALID_FIELDS,
                    "Price must be greater than 0",
                    details,
                )
            }
            PriceError::TooPrecise => Reject::invalid("TOO_PRECISE", error.to_string()),
            PriceError::TooHigh => Reject::invalid("OUT_OF_RANGE", error.to_string()),
        })
    }
}

/// An end of a price range in a query: 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound(u64);

impl Bound {
    /// The bound in cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// A bound in cents.
    pub fn from_cents(cents: u64) -> Self {
        Self(cents)
    }
}

impl FromQuery for Bound {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        decimal::parse(text).map(Self).map_err(|error| match error {
            NotCents::TooLarge => ("OUT_OF_RANGE", "is higher than any price".to_owned()),
            NotCents::Malformed | NotCents::TooPrecise => {
                ("INVALID_TYPE", "must be a number, 0 or more, with at most two decimals".to_owned())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_number_becomes_whole_cents() {
        for (number, cents) in [(0.01, 1), (19.99, 1_999), (20.0, 2_000), (0.1 + 0.2, 0), (9_999_999.99, 999_999_999)] {
            assert_eq!(Price::from_number(number).map_or(0, Price::cents), cents, "{number}");
        }
        assert_eq!(Price::from_number(1e2).unwrap().cents(), 10_000);
        assert_eq!(Price::from_number(1e-2).unwrap().cents(), 1);
    }

    #[test]
    fn a_price_that_is_written_and_read_again_is_the_same() {
        for cents in (1..=Price::MAX.cents()).step_by(7_919) {
            let text = serde_json::to_string(&Price(cents)).unwrap();
            let number: f64 = text.parse().unwrap();
            assert_eq!(Price::from_number(number), Ok(Price(cents)), "{text}");
        }
    }

    #[test]
    fn any_other_number_is_refused_with_the_reason() {
        for (number, error) in [
            (0.0, PriceError::NotPositive),
            (-0.0, PriceError::NotPositive),
            (-5.0, PriceError::NotPositive),
            (0.001, PriceError::TooPrecise),
            (19.999, PriceError::TooPrecise),
            (19.990_000_000_000_002, PriceError::TooPrecise),
            (5e-324, PriceError::TooPrecise),
            (10_000_000.0, PriceError::TooHigh),
            (1e300, PriceError::TooHigh),
        ] {
            assert_eq!(Price::from_number(number), Err(error), "{number}");
        }
    }

    #[test]
    fn prices_are_shown_with_no_more_decimals_than_they_have() {
        for (cents, text) in [(1, "0.01"), (1_250, "12.5"), (2_000, "20"), (999_999_999, "9999999.99")] {
            assert_eq!(serde_json::to_string(&Price(cents)).unwrap(), text);
        }
    }

    #[test]
    fn a_price_of_zero_has_a_message_of_its_own_and_a_string_does_not() {
        let reject = Price::from_field(&json!(0)).unwrap_err();
        assert!(matches!(reject, Reject::Invalid { named: Some(_), code: "OUT_OF_RANGE", .. }));
        let reject = Price::from_field(&json!("12")).unwrap_err();
        assert!(matches!(reject, Reject::Invalid { named: None, code: "INVALID_TYPE", .. }));
    }
}
