//! A sum of money.

use serde::{Serialize, Serializer};

use crate::cents::Cents;
use crate::decimal;

/// An amount: what a line or an order costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(u64);

impl Amount {
    /// The amount of so many cents.
    pub fn from_cents(cents: u64) -> Self {
        Self(cents)
    }

    /// In cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// The sum; `None` if it is more than can be counted.
    pub fn total(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(0_u64, |sum, amount| sum.checked_add(amount.0)).map(Self)
    }
}

impl Cents for Amount {
    fn cents(&self) -> u64 {
        self.0
    }

    fn from_cents(cents: u64) -> Option<Self> {
        Some(Self(cents))
    }
}

/// As the API shows it; [`crate::cents`] is how it is stored.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        decimal::serialize(self.0, serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Price;

    #[test]
    fn the_largest_order_is_counted_to_the_cent() {
        let line = Price::MAX.times(10_000);
        let total = Amount::total([line; 50]).unwrap();
        assert_eq!(total.cents(), 499_999_999_500_000);
        assert_eq!(serde_json::to_string(&Amount(total.cents() - 1)).unwrap(), "4999999994999.99");
    }

    #[test]
    fn a_sum_that_can_not_be_counted_is_none() {
        assert_eq!(Amount::total([Amount(u64::MAX), Amount(1)]), None);
        assert_eq!(Amount::total([]), Some(Amount(0)));
    }
}
