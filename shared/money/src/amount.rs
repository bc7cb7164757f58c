//! Amounts.

use serde::{Serialize, Serializer};

use crate::cents::Cents;
use crate::decimal;

/// A sum of money: 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(u64);

impl Amount {
    /// An amount in cents.
    pub fn from_cents(cents: u64) -> Self {
        Self(cents)
    }

    /// The amount in cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// The sum of the amounts; `None` if it is over `u64::MAX` cents.
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

/// Written as the API shows it; [`crate::cents`] writes it as it is stored.
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
    fn the_largest_order_is_exact_to_the_cent() {
        let line = Price::MAX.times(10_000);
        let total = Amount::total([line; 50]).unwrap();
        assert_eq!(total.cents(), 499_999_999_500_000);
        assert_eq!(serde_json::to_string(&Amount(total.cents() - 1)).unwrap(), "4999999994999.99");
    }

    #[test]
    fn a_sum_that_overflows_is_none() {
        assert_eq!(Amount::total([Amount(u64::MAX), Amount(1)]), None);
        assert_eq!(Amount::total([]), Some(Amount(0)));
    }
}
