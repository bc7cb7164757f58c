//! The stock of a product, and changes of it.

use envelope::decode::{Decode, Fields, FromField, Reject, integer, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest stock of a product, in units.
pub const MAX: u64 = 1_000_000_000;

/// A stock: 0 to [`MAX`] units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stock(u64);

impl Stock {
    /// The number of units.
    pub fn units(self) -> u64 {
        self.0
    }
}

impl FromField for Stock {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        integer(value, 0, MAX).map(Self)
    }
}

/// The size of a change: 1 to [`MAX`] units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quantity(u64);

impl Quantity {
    /// The number of units.
    pub fn units(self) -> u64 {
        self.0
    }
}

impl FromField for Quantity {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        integer(value, 1, MAX).map(Self)
    }
}

/// A change of a product's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum StockChange {
    /// Takes units, if there are enough.
    Decrease(Quantity),
    /// Adds units, up to [`MAX`].
    Increase(Quantity),
}

impl StockChange {
    /// The change of the stock: negative for a decrease.
    pub fn signed(self) -> i64 {
        // At most `MAX`, which an `i64` holds.
        let units = i64::try_from(self.units()).unwrap_or(i64::MAX);
        match self {
            Self::Decrease(_) => -units,
            Self::Increase(_) => units,
        }
    }

    /// The number of units it takes or adds.
    pub fn units(self) -> u64 {
        match self {
            Self::Decrease(quantity) | Self::Increase(quantity) => quantity.units(),
        }
    }
}

enum Operation {
    Decrease,
    Increase,
}

impl FromField for Operation {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        match string(value)? {
            "decrease" => Ok(Self::Decrease),
            "increase" => Ok(Self::Increase),
            _ => Err(Reject::invalid("INVALID_VALUE", "must be decrease or increase")),
        }
    }
}

impl Decode for StockChange {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let quantity = fields.required("quantity");
        let operation = fields.optional("operation");
        Some(match operation?.unwrap_or(Operation::Decrease) {
            Operation::Decrease => Self::Decrease(quantity?),
            Operation::Increase => Self::Increase(quantity?),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stock_is_a_whole_number_up_to_a_thousand_million() {
        for (value, units) in [(json!(0), 0), (json!(7), 7), (json!(1_000_000_000), MAX)] {
            assert_eq!(Stock::from_field(&value).unwrap().units(), units);
        }
        for value in [json!(-1), json!(1_000_000_001), json!(1e300), json!(0.5), json!("7"), json!(true)] {
            assert!(Stock::from_field(&value).is_err(), "{value}");
        }
        for value in [json!(0), json!(-1), json!(1_000_000_001)] {
            let refused = Quantity::from_field(&value);
            assert!(matches!(refused, Err(Reject::Invalid { code: "OUT_OF_RANGE", .. })), "{value}");
        }
    }

    #[test]
    fn a_change_takes_units_unless_it_is_an_increase() {
        let change = |body: Value| Fields::read::<StockChange>(body.as_object().unwrap().clone());
        for (body, signed) in [
            (json!({"quantity": 3}), -3),
            (json!({"quantity": 3, "operation": "decrease"}), -3),
            (json!({"quantity": 3, "operation": "increase"}), 3),
        ] {
            let change = change(body).unwrap();
            assert_eq!((change.signed(), change.units()), (signed, 3));
        }
        assert!(change(json!({"quantity": 3, "operation": "set"})).is_err());
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point_or_an_exponent() {
        for text in ["7", "7.0", "7e0", "70e-1", "0.7E+1"] {
            assert_eq!(Quantity::from_field(&serde_json::from_str(text).unwrap()).unwrap().units(), 7, "{text}");
        }
        assert_eq!(Stock::from_field(&serde_json::from_str("1e9").unwrap()).unwrap().units(), MAX);
        assert_eq!(Stock::from_field(&serde_json::from_str("-0.0").unwrap()).unwrap().units(), 0);
        let refused = Quantity::from_field(&json!(1.5));
        assert!(matches!(refused, Err(Reject::Invalid { code: "INVALID_TYPE", .. })));
    }
}
