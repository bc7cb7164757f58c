//! A hold, an order, and what is on its way between the services.

use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::PricedLine;
use orders::domain::status::Status;
use products::domain::hold;
use products::domain::hold_state::State;
use serde_json::json;

/// A hold, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hold {
    pub state: State,
    pub generation: HoldGeneration,
    pub lines_since: HoldGeneration,
    /// Which of [`super::shop::BODIES`] it is for.
    pub body: usize,
    pub is_over: bool,
    pub was_cancelled: bool,
}

/// An order, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    pub status: Status,
    pub relies_on: HoldGeneration,
    pub body: usize,
    /// It was cancelled, and not by its customer.
    pub was_rejected: bool,
    pub was_renewed: bool,
    pub was_cancelled: bool,
    /// It was rejected while its units were sold to it.
    pub lost_its_units: bool,
}

/// The write of an order that relies on this generation of its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Write {
    pub order: usize,
    pub body: usize,
    pub generation: HoldGeneration,
}

/// An event, with the order and the generation of its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    OrderCreated(usize, HoldGeneration),
    OrderRenewed(usize, HoldGeneration),
    OrderCancelled(usize),
    StockHeld(usize, HoldGeneration),
    StockSettled(usize),
    StockRejected(usize, HoldGeneration),
}

/// When the time of every hold is over, in seconds.
const END: u64 = 100;

impl Hold {
    /// The hold as the product service has it.
    pub fn stored(&self) -> hold::Hold {
        hold::Hold {
            state: self.state,
            generation: self.generation,
            lines_since: self.lines_since,
            fingerprint: fingerprint(self.body),
            expires_at: (self.state == State::Held).then_some(END),
            items: vec![line()],
            ..hold::Hold::cancelled("o", "r")
        }
    }

    /// A time before or after its end, as seconds since the epoch.
    pub fn now(&self) -> u64 {
        if self.is_over { END } else { END - 1 }
    }
}

/// The fingerprint of a request with this body.
pub fn fingerprint(body: usize) -> String {
    format!("f{body}")
}

/// A hold without lines is one that never had units.
fn line() -> PricedLine {
    let line = json!({"productId": "p", "productName": "Lamp", "quantity": 1, "unitPrice": 1, "totalPrice": 1});
    serde_json::from_value(line).unwrap()
}
