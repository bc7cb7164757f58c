//! A hold: units of products kept for one order, from before it is placed until it is settled, cancelled or expired.

use contracts::payloads::{StockRejected, StockSettled};
use contracts::reserve_stock::{HoldState, PricedLine};
use events::{Cause, Event};
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::SERVICE;

/// Where a hold stands.
///
/// ```text
/// held → settled | expired | cancelled
/// settled → cancelled
/// expired → held | settled | cancelled
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its units are kept until it expires.
    Held,
    /// Its order was placed: its units are sold.
    Settled,
    /// Its order was not placed in time: its units went back.
    Expired,
    /// Its order was cancelled: its units went back, and are never taken again.
    Cancelled,
}

/// A move from one state to another. The store makes it in one transaction with the units that go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The state it starts in, and on the condition of which it is made.
    pub from: State,
    /// The state it ends in.
    pub to: State,
}

/// What happens to the units of every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// They stay where they are.
    Stay,
    /// They leave the stock, all lines or none.
    Leave,
    /// They go back to the stock.
    Return,
}

impl State {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Settled => "settled",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the units are out of the stock.
    pub fn has_units(self) -> bool {
        matches!(self, Self::Held | Self::Settled)
    }

    /// The state as `reserve-stock` reports it; an expired hold is held again instead.
    pub fn reported(self) -> Option<HoldState> {
        match self {
            Self::Held => Some(HoldState::Held),
            Self::Settled => Some(HoldState::Settled),
            Self::Expired => None,
            Self::Cancelled => Some(HoldState::Cancelled),
        }
    }

    /// The order was placed. An expired hold takes its units again.
    pub fn settle(self) -> Option<Move> {
        matches!(self, Self::Held | Self::Expired).then_some(Move { from: self, to: Self::Settled })
    }

    /// The order was cancelled.
    pub fn cancel(self) -> Option<Move> {
        (self != Self::Cancelled).then_some(Move { from: self, to: Self::Cancelled })
    }

    /// Its time is over.
    pub fn expire(self) -> Option<Move> {
        (self == Self::Held).then_some(Move { from: self, to: Self::Expired })
    }

    /// The same order is tried again after its time was over.
    pub fn hold_again(self) -> Option<Move> {
        (self == Self::Expired).then_some(Move { from: self, to: Self::Held })
    }
}

impl Move {
    /// What the move does to the units.
    pub fn units(self) -> Units {
        match (self.from.has_units(), self.to.has_units()) {
            (false, true) => Units::Leave,
            (true, false) => Units::Return,
            _ => Units::Stay,
        }
    }
}

/// The hold of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The order's id.
    pub order_id: String,
    /// Where it stands.
    pub state: State,
    /// Of the request it was made for: another request with the same order id is refused.
    pub fingerprint: String,
    /// What is held. Empty if the order was cancelled before anything was.
    pub items: Vec<PricedLine>,
    /// What all of it costs.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// The request that made it, which an event of its end names.
    pub request_id: String,
    /// When a held one expires: seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// When it was made: RFC 3339, UTC, milliseconds.
    pub created_at: String,
}

/// What a hold's end tells the order service.
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

    /// There are no units for an order.
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
    fn these_are_all_the_moves_there_are() {
        let moves: Vec<(State, State)> = [Held, Settled, Expired, Cancelled]
            .into_iter()
            .flat_map(|state| [state.settle(), state.expire(), state.cancel(), state.hold_again()])
            .flatten()
            .map(|Move { from, to }| (from, to))
            .collect();
        assert_eq!(
            moves,
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
    fn units_go_back_from_held_and_settled_only_and_leave_again_from_expired_only() {
        let units = |from: State, to: State| Move { from, to }.units();
        assert_eq!(units(Held, Settled), Units::Stay);
        assert_eq!([units(Held, Expired), units(Held, Cancelled), units(Settled, Cancelled)], [Units::Return; 3]);
        assert_eq!([units(Expired, Held), units(Expired, Settled)], [Units::Leave; 2]);
        assert_eq!(units(Expired, Cancelled), Units::Stay);
    }
}
