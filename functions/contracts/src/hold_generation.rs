//! The generation of a hold: which of an order's holds a message means.

use serde::{Deserialize, Serialize};

/// Counts the holds that were made under one order id, from 1: a hold that has expired is held again as the next
/// generation. What a service says about one generation is not true of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldGeneration(u32);

impl HoldGeneration {
    /// The generation of an order's first hold.
    pub const FIRST: Self = Self(1);

    /// The generation of the hold that follows when this one has expired.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// The first: items and messages without a generation are from before there were generations.
impl Default for HoldGeneration {
    fn default() -> Self {
        Self::FIRST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_counted_from_one() {
        assert_eq!(HoldGeneration::FIRST.number(), 1);
        assert_eq!(HoldGeneration::FIRST.next().number(), 2);
        assert_eq!(HoldGeneration::default(), HoldGeneration::FIRST);
        assert_eq!(serde_json::from_str::<HoldGeneration>("3").unwrap().next().number(), 4);
    }
}
