//! What one unit of a product costs.

use envelope::Code;
use envelope::decode::{FromField, FromQuery, Reject};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::Amount;
use crate::cents::Cents;
use crate::decimal::{self, NotCents};

/// A price: above 0, at most 9 999 999.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(u64);

/// Why a number is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// 0 or below.
    #[error("must be greater than 0")]
    NotPositive,
    /// Fractions of a cent.
    #[error("must have at most two decimals")]
    TooPrecise,
    /// Over [`Price::MAX`].
    #[error("must be at most 9999999.99")]
    TooHigh,
}

impl Price {
    /// The highest price.
    pub const MAX: Self = Self(999_999_999);

    /// The price of so many cents, if it is one.
    pub fn from_cents(cents: u64) -> Option<Self> {
        (1..=Self::MAX.0).contains(&cents).then_some(Self(cents))
    }

    /// Reads a JSON number. One with more digits than a double tells apart is the nearest that it does.
    ///
    /// # Errors
    /// [`PriceError`]
    pub fn from_number(number: f64) -> Result<Self, PriceError> {
        if number <= 0.0 {
            return Err(PriceError::NotPositive);
        }
        // `Display` writes a float's shortest exact text and no exponent.
        let cents = decimal::parse(&number.to_string()).map_err(|error| match error {
            NotCents::TooPrecise => PriceError::TooPrecise,
            NotCents::Malformed | NotCents::TooLarge => PriceError::TooHigh,
        })?;
        Self::from_cents(cents).ok_or(PriceError::TooHigh)
    }

    /// In cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// What so many units cost.
    pub fn times(self, quantity: u32) -> Amount {
        // 30 bits by 32 bits.
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

/// As the API shows it; [`crate::cents`] is how it is stored.
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

/// One end of a range of prices: 0 or more, as a query writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound(u64);

impl Bound {
    /// In cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// The bound at so many cents.
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
    fn every_price_of_a_cent_survives_the_way_out_and_back() {
        for cents in (1..=Price::MAX.cents()).step_by(7_919) {
            let text = serde_json::to_string(&Price(cents)).unwrap();
            let number: f64 = text.parse().unwrap();
            assert_eq!(Price::from_number(number), Ok(Price(cents)), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused_with_the_reason() {
        for (number, error) in [
            (0.0, PriceError::NotPositive),
            (-0.0, PriceError::NotPositive),
            (-5.0, PriceError::NotPositive),
            (0.001, PriceError::TooPrecise),
            (19.999, PriceError::TooPrecise),
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
    fn a_price_of_zero_words_the_whole_answer_and_a_text_does_not() {
        let reject = Price::from_field(&json!(0)).unwrap_err();
        assert!(matches!(reject, Reject::Invalid { headline: Some(_), code: "OUT_OF_RANGE", .. }));
        let reject = Price::from_field(&json!("12")).unwrap_err();
        assert!(matches!(reject, Reject::Invalid { headline: None, code: "INVALID_TYPE", .. }));
    }
}
