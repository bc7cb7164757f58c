//! A hold: units that are set aside for one order, before it is placed and until it is settled, cancelled or expired.

use contracts::payloads::{StockRejected, StockSettled};
use contracts::reserve_stock::{HoldState, PricedLine};
use envelope::timestamp;
use events::{Cause, Event};
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::SERVICE;

/// The state of a hold.
///
/// ```text
/// held → settled | expired | cancelled
/// settled → cancelled
/// expired → held | settled | cancelled
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

/// A transition between two states. The store applies it in one transaction with its effect on the stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state it starts from; it is applied only in this state.
    pub from: State,
    /// The state it leads to.
    pub to: State,
}

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

    /// The state as `reserve-stock` reports it; `None` for an expired hold, which it holds again instead.
    pub fn reported(self) -> Option<HoldState> {
        match self {
            Self::Held => Some(HoldState::Held),
            Self::Settled => Some(HoldState::Settled),
            Self::Expired => None,
            Self::Cancelled => Some(HoldState::Cancelled),
        }
    }

    /// The transition when the order is placed. An expired hold takes its units again.
    pub fn settle(self) -> Option<Transition> {
        matches!(self, Self::Held | Self::Expired).then_some(Transition { from: self, to: Self::Settled })
    }

    /// The transition when the order is cancelled.
    pub fn cancel(self) -> Option<Transition> {
        (self != Self::Cancelled).then_some(Transition { from: self, to: Self::Cancelled })
    }

    /// The transition when the hold's time is over.
    pub fn expire(self) -> Option<Transition> {
        (self == Self::Held).then_some(Transition { from: self, to: Self::Expired })
    }

    /// The transition when the request is repeated after the hold expired.
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
}

/// The hold of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The order's id.
    pub order_id: String,
    /// Its state.
    pub state: State,
    /// Fingerprint of the request that created it: another request with the same order id is refused.
    pub fingerprint: String,
    /// The lines that are held. Empty if the order was cancelled before anything was held.
    pub items: Vec<PricedLine>,
    /// Sum of the lines, in cents.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// Id of the request that created it, which the event of its expiry names.
    pub request_id: String,
    /// When it expires, while it is held: seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// When it was created: RFC 3339, UTC, milliseconds.
    pub created_at: String,
}

impl Hold {
    /// A cancelled hold without units, for an order of which nothing is held: it keeps anything from being held later.
    pub fn cancelled(order_id: &str, request_id: &str) -> Self {
        Self {
            order_id: order_id.to_owned(),
            state: State::Cancelled,
            fingerprint: String::new(),
            items: Vec::new(),
            total_amount: Amount::default(),
            request_id: request_id.to_owned(),
            expires_at: None,
            created_at: timestamp::now(),
        }
    }

    /// The transition to expired, if the hold is held and its time was over at `now` (seconds since the epoch).
    pub fn expire_at(&self, now: u64) -> Option<Transition> {
        self.state.expire().filter(|_| self.expires_at.is_some_and(|expires_at| expires_at <= now))
    }
}

/// The event with which the order service hears what became of a hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum StockEvent {
    /// `stock.settled`
    Settled(Event<StockSettled>),
    /// `stock.rejected`
    Rejected(Event<StockRejected>),
}

impl StockEvent {
    /// The units of an order are sold.
    pub fn settled(order_id: &str, cause: Cause<'_>) -> Self {
        Self::Settled(Event::new(SERVICE, StockSettled { order_id: order_id.to_owned() }, cause))
    }

    /// There are no units for an order; `reason` is one of [`StockRejected`]'s.
    pub fn rejected(order_id: &str, reason: &str, cause: Cause<'_>) -> Self {
        let rejected = StockRejected { order_id: order_id.to_owned(), reason: reason.to_owned() };
        Self::Rejected(Event::new(SERVICE, rejected, cause))
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
                (Expired, Settled),
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
        assert_eq!([effect(Expired, Held), effect(Expired, Settled)], [StockEffect::Take; 2]);
        assert_eq!(effect(Expired, Cancelled), StockEffect::None);
    }

    #[test]
    fn only_a_held_hold_whose_time_is_over_expires() {
        let hold = |state, expires_at| Hold { state, expires_at, ..Hold::cancelled("o1", "r1") };
        assert_eq!(hold(Held, Some(10)).expire_at(10), Some(Transition { from: Held, to: Expired }));
        assert_eq!(hold(Held, Some(11)).expire_at(10), None);
        assert_eq!(hold(Held, None).expire_at(10), None);
        assert_eq!(hold(Settled, Some(10)).expire_at(10), None);
    }
}
