//! The states of a hold, the transitions between them, and what these do to the stock.

use contracts::hold_generation::HoldGeneration;
use serde::{Deserialize, Serialize};

/// The state of a hold.
///
/// ```text
/// held → settled | expired | cancelled | held (the next generation, when its time is over)
/// settled → cancelled
/// expired → held (the next generation) | cancelled
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The units are set aside until the hold expires.
    Held,
    /// The order was placed and the units are sold.
    Settled,
    /// The order was not placed in time and the units were returned.
    Expired,
    /// The order was cancelled and the units were returned. Final.
    Cancelled,
}

/// A transition between two states. The store applies it in one write with its effect on the stock. A transition
/// from a state to itself only writes an event or a later expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state it starts from; it is applied only in this state.
    pub from: State,
    /// The state it leads to.
    pub to: State,
}

/// What the event of an order does to a hold that is held as the generation that the order relies on: nearly always.
pub const SETTLE: Transition = Transition { from: State::Held, to: State::Settled };

/// What a transition does to the stock of every line's product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockEffect {
    /// Nothing.
    None,
    /// It takes the units, of all lines or of none.
    Take,
    /// It returns the units.
    Return,
}

impl State {
    /// The state as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Settled => "settled",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the hold has units that are not in the stock.
    pub fn has_units(self) -> bool {
        matches!(self, Self::Held | Self::Settled)
    }

    /// The transition from this state to itself.
    pub fn unchanged(self) -> Transition {
        Transition { from: self, to: self }
    }

    /// The transition when the order is placed.
    pub fn settle(self) -> Option<Transition> {
        (self == Self::Held).then_some(SETTLE)
    }

    /// The transition when the order is cancelled.
    pub fn cancel(self) -> Option<Transition> {
        (self != Self::Cancelled).then_some(Transition { from: self, to: Self::Cancelled })
    }

    /// The transition when the hold's time is over.
    pub fn expire(self) -> Option<Transition> {
        (self == Self::Held).then_some(Transition { from: self, to: Self::Expired })
    }

    /// The transition when an order or another request needs the units after the hold expired.
    pub fn hold_again(self) -> Option<Transition> {
        (self == Self::Expired).then_some(Transition { from: self, to: Self::Held })
    }
}

impl Transition {
    /// Its effect on the stock.
    pub fn stock_effect(self) -> StockEffect {
        match (self.from.has_units(), self.to.has_units()) {
            (false, true) => StockEffect::Take,
            (true, false) => StockEffect::Return,
            _ => StockEffect::None,
        }
    }

    /// The generation after it of a hold that has this one before it.
    pub fn generation_after(self, before: HoldGeneration) -> HoldGeneration {
        match (self.from, self.to) {
            (State::Expired, State::Held) => before.next(),
            _ => before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Cancelled, Expired, Held, Settled};
    use super::*;

    #[test]
    fn these_are_all_the_transitions() {
        let transitions: Vec<(State, State)> = [Held, Settled, Expired, Cancelled]
            .into_iter()
            .flat_map(|state| [state.settle(), state.expire(), state.cancel(), state.hold_again()])
            .flatten()
            .map(|Transition { from, to }| (from, to))
            .collect();
        assert_eq!(
            transitions,
            [
                (Held, Settled),
                (Held, Expired),
                (Held, Cancelled),
                (Settled, Cancelled),
                (Expired, Cancelled),
                (Expired, Held),
            ]
        );
    }

    #[test]
    fn units_are_returned_from_held_and_settled_only_and_taken_again_from_expired_only() {
        let effect = |from: State, to: State| Transition { from, to }.stock_effect();
        assert_eq!(effect(Held, Settled), StockEffect::None);
        assert_eq!(
            [effect(Held, Expired), effect(Held, Cancelled), effect(Settled, Cancelled)],
            [StockEffect::Return; 3]
        );
        assert_eq!(effect(Expired, Held), StockEffect::Take);
        assert_eq!(effect(Expired, Cancelled), StockEffect::None);
        for state in [Held, Settled, Expired, Cancelled] {
            assert_eq!(state.unchanged().stock_effect(), StockEffect::None);
        }
    }

    #[test]
    fn a_condition_names_the_state_as_an_item_has_it() {
        for state in [Held, Settled, Expired, Cancelled] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }

    #[test]
    fn only_a_hold_that_is_held_again_is_of_the_next_generation() {
        let first = HoldGeneration::FIRST;
        for from in [Held, Settled, Expired, Cancelled] {
            for to in [Held, Settled, Expired, Cancelled] {
                let expected = if (from, to) == (Expired, Held) { first.next() } else { first };
                assert_eq!(Transition { from, to }.generation_after(first), expected);
            }
        }
    }
}
