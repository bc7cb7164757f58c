//! A hold: units that are set aside for one order, before it is placed and until it is settled, cancelled or expired.
//!
//! What a request, an order's event or the sweep does to a hold is decided here, by functions of the hold as it was read.
//! The store writes the outcome on the condition that the hold still is in that state and of that generation.

use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::{HoldState, PricedLine};
use envelope::timestamp;
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::domain::hold_state::{State, Transition};

/// The hold of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The order's id.
    pub order_id: String,
    /// Its state.
    pub state: State,
    /// Counts the holds under this order id.
    #[serde(default)]
    pub generation: HoldGeneration,
    /// The first generation with the products and quantities of this one. An order that was written with an earlier
    /// generation is of another request.
    #[serde(default)]
    pub lines_since: HoldGeneration,
    /// Fingerprint of the lines of the request that created it: another request with the same order id is refused until it
    /// expires. Earlier versions made it of the address, too.
    pub fingerprint: String,
    /// The lines that are held. Empty if the order was cancelled before anything was held.
    pub items: Vec<PricedLine>,
    /// Sum of the lines, in cents.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// Id in events of the request that created it, which the event of its expiry names. Nobody typed it.
    pub request_id: String,
    /// When it expires, while it is held: seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// When it was created: RFC 3339, UTC, milliseconds.
    pub created_at: String,
}

/// What a request to reserve stock does to the hold that is there under its order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRequest {
    /// The hold is another request's: this one is refused.
    Refuse,
    /// The hold is another request's, and its time is over: it expires first, as in the sweep.
    Expire(Transition),
    /// The hold has expired, or it is this request's and its time is over: the request gets a new one in its place, if a
    /// first request would get one.
    Replace,
    /// The hold is this request's, which gets it for the full time.
    Extend,
    /// The hold is this request's and stays as it is.
    Report(HoldState),
}

/// What a pending order's event does to its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnOrder {
    /// The units are sold to the order.
    Settle(Transition),
    /// The units are held for the order again, at its own prices, if there are enough.
    HoldAgain(Transition),
    /// The units are held, as a later generation than the order knows of: it is told.
    TellGeneration,
    /// The hold is another request's: the order is told that it has none.
    Reject,
    /// The order's fate is decided.
    Nothing,
}

/// When a hold expires that is given out at `now` for `hold_seconds`, all in seconds (`now` since the epoch). The second
/// of `now` has begun already, so one more makes it the full time. A hold for no time is over at once.
pub fn expiry(now: u64, hold_seconds: u64) -> u64 {
    if hold_seconds == 0 { now } else { now + hold_seconds + 1 }
}

impl Hold {
    /// A cancelled hold without units, for an order of which nothing is held: it keeps anything from being held later.
    pub fn cancelled(order_id: &str, request_id: &str) -> Self {
        Self {
            order_id: order_id.to_owned(),
            state: State::Cancelled,
            generation: HoldGeneration::FIRST,
            lines_since: HoldGeneration::FIRST,
            fingerprint: String::new(),
            items: Vec::new(),
            total_amount: Amount::default(),
            request_id: request_id.to_owned(),
            expires_at: None,
            created_at: timestamp::now(),
        }
    }

    /// Whether it is the hold of the request with this fingerprint. A cancelled hold without units has none to compare:
    /// it is the hold of every request with its order id.
    pub fn is_of(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint || self.items.is_empty()
    }

    /// The transition to expired, if the hold is held and its time was over at `now` (seconds since the epoch).
    pub fn expire_at(&self, now: u64) -> Option<Transition> {
        self.state.expire().filter(|_| self.expires_at.is_some_and(|expires_at| expires_at <= now))
    }

    /// What a request does to it at `now` (seconds since the epoch); `is_its` says whether the hold is that request's.
    ///
    /// A hold of the same request does not expire first: its order may be written already, and is not to be cancelled
    /// because its customer asks for it again. The order's event settles this hold, or learns of the one in its place.
    pub fn on_request(&self, is_its: bool, now: u64) -> OnRequest {
        match (self.state, self.expire_at(now)) {
            (State::Expired, _) => OnRequest::Replace,
            (_, Some(_)) if is_its => OnRequest::Replace,
            (_, Some(expire)) => OnRequest::Expire(expire),
            _ if !is_its => OnRequest::Refuse,
            (State::Held, None) => OnRequest::Extend,
            (State::Settled, None) => OnRequest::Report(HoldState::Settled),
            (State::Cancelled, None) => OnRequest::Report(HoldState::Cancelled),
        }
    }

    /// What an order that is pending, and relies on this generation, does to it.
    ///
    /// Units are sold only to an order that relies on the very generation that holds them. An order that was written
    /// late, after its hold had expired, learns of the later generation first: the news that the earlier one expired may
    /// still be under way, and must not cancel an order whose units are sold.
    pub fn on_order(&self, relies_on: HoldGeneration) -> OnOrder {
        let is_of_another_request = relies_on < self.lines_since;
        match (self.state.settle(), self.state.hold_again()) {
            (Some(_), _) | (_, Some(_)) if is_of_another_request => OnOrder::Reject,
            (Some(_), _) if relies_on < self.generation => OnOrder::TellGeneration,
            (Some(settle), _) => OnOrder::Settle(settle),
            (_, Some(hold_again)) => OnOrder::HoldAgain(hold_again),
            (None, None) => OnOrder::Nothing,
        }
    }

    /// The transition when its order is cancelled. There is one order under an id, so whichever request the hold is of,
    /// none can be placed with it any more, and its units are returned.
    pub fn on_cancellation(&self) -> Option<Transition> {
        self.state.cancel()
    }
}

#[cfg(test)]
mod tests;
