//! All that is under the id of one order, in both services and between them.

use contracts::hold_generation::HoldGeneration;
use contracts::payloads::StockRejected;
use contracts::reserve_stock::HoldState;
use orders::domain::status::{Status, Transition};
use products::domain::hold::{OnOrder, OnRequest};
use products::domain::hold_state::{self, State, StockEffect};

use crate::decisions::{FINGERPRINTS, GENERATIONS, new_hold};
use crate::events::{Event, Events};
use crate::promises::Broken;
use crate::records::{Hold, Order, Write, Writes};
use crate::stock::Stock;

/// The hold, the order, and what is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sale {
    pub hold: Option<Hold>,
    pub order: Option<Order>,
    /// Writes of the order by requests that have a hold. They may come any time later, or never.
    pub writes: Writes,
    /// Events that will be delivered once more at least.
    pub events: Events,
    pub requests_left: u8,
    /// What went wrong in its last step.
    pub broken: Option<Broken>,
}

impl Sale {
    /// What `reserve-stock` does, once for every time it reads.
    pub fn reserve(&mut self, body: u8, stock: &mut Stock) {
        self.requests_left -= 1;
        let Some(present) = self.hold else { return self.create_hold(body, stock) };
        let stored = present.stored();
        match stored.on_request(stored.is_of(FINGERPRINTS[usize::from(body)]), present.now()) {
            OnRequest::Refuse | OnRequest::Report(HoldState::Cancelled) => {}
            OnRequest::Report(_) | OnRequest::Extend => self.write_later(body, present.generation),
            OnRequest::Expire(transition) => {
                self.expire(transition, stock);
                // It reads again.
                self.requests_left += 1;
            }
            OnRequest::Replace => self.create_hold(body, stock),
        }
    }

    /// Creates a hold, in the place of the present one if there is one, if enough is in stock.
    fn create_hold(&mut self, body: u8, stock: &mut Stock) {
        let Some(hold) = new_hold(body, stock.units, self.hold.as_ref()) else { return };
        let units_go_over = self.hold.is_some_and(|replaced| replaced.state.has_units());
        if units_go_over || stock.take(hold.units()) {
            self.put_hold(hold);
            self.write_later(body, hold.generation);
        }
    }

    /// A request was handed a hold. One that meets an order under its id changes nothing, so it is not remembered.
    fn write_later(&mut self, body: u8, generation: HoldGeneration) {
        if self.order.is_none() {
            self.writes.insert(Write { body, generation });
        }
    }

    /// What `create-order` does at last.
    pub fn write(&mut self, Write { body, generation }: Write) {
        self.order = Some(Order { status: Status::Pending, relies_on: generation, body, is_rejected: false });
        self.events.insert(Event::OrderCreated(generation));
        self.writes = Writes::default();
    }

    /// What the consumer of the event does.
    pub fn deliver(&mut self, event: Event, stock: &mut Stock) {
        match event {
            Event::OrderCreated(relies_on) | Event::OrderRenewed(relies_on) => self.settle(relies_on, stock),
            Event::OrderCancelled => {
                if let Some(transition) = self.hold.and_then(|hold| hold.stored().on_cancellation()) {
                    self.change_hold(transition, stock);
                }
            }
            Event::StockHeld(hold_generation) => self.apply(&Transition::Renew { hold_generation }),
            Event::StockSettled => self.apply(&Transition::Confirm),
            Event::StockRejected(hold_generation) => {
                let reason = StockRejected::EXPIRED.to_owned();
                self.apply(&Transition::Reject { hold_generation, reason });
            }
        }
    }

    /// What `settle-reservation` does for a pending order. Its hold was there before it.
    fn settle(&mut self, relies_on: HoldGeneration, stock: &mut Stock) {
        let hold = self.hold.unwrap();
        match hold.stored().on_order(relies_on) {
            OnOrder::Nothing => {}
            OnOrder::Settle(transition) => {
                self.change_hold(transition, stock);
                self.events.insert(Event::StockSettled);
            }
            OnOrder::TellGeneration => {
                self.hold = Some(Hold { is_over: false, ..hold });
                self.events.insert(Event::StockHeld(hold.generation));
            }
            OnOrder::HoldAgain(transition) => {
                let is_held = self.change_hold(transition, stock);
                self.events.insert(if is_held {
                    Event::StockHeld(transition.generation_after(hold.generation))
                } else {
                    Event::StockRejected(hold.generation)
                });
            }
            OnOrder::Reject => self.events.insert(Event::StockRejected(hold.generation)),
        }
    }

    /// What the sweep does.
    pub fn sweep(&mut self, stock: &mut Stock) {
        if let Some(transition) = self.hold.and_then(|hold| hold.stored().expire_at(hold.now())) {
            self.expire(transition, stock);
        }
    }

    fn expire(&mut self, transition: hold_state::Transition, stock: &mut Stock) {
        let generation = self.hold.unwrap().generation;
        self.change_hold(transition, stock);
        self.events.insert(Event::StockRejected(generation));
    }

    /// Applies a transition with its units. False if there are too few.
    fn change_hold(&mut self, transition: hold_state::Transition, stock: &mut Stock) -> bool {
        let hold = self.hold.unwrap();
        match transition.stock_effect() {
            StockEffect::None => {}
            StockEffect::Take => {
                if !stock.take(hold.units()) {
                    return false;
                }
            }
            StockEffect::Return => stock.put_back(hold.units()),
        }
        let generation = transition.generation_after(hold.generation);
        self.put_hold(Hold { state: transition.to, generation, is_over: false, ..hold });
        true
    }

    fn put_hold(&mut self, hold: Hold) {
        let was_cancelled = self.hold.is_some_and(|before| before.state == State::Cancelled);
        if was_cancelled && hold.state != State::Cancelled {
            self.broken = Some(Broken::CancelledIsFinal);
        }
        self.hold = Some(hold);
    }

    /// What the order service does with the order.
    pub fn apply(&mut self, transition: &Transition) {
        // The news that a hold expired comes to no order if it was never written.
        let Some(before) = self.order else { return };
        if !transition.applies_to(before.status, before.relies_on) {
            return;
        }
        let mut order = Order { status: transition.to(), ..before };
        match transition {
            Transition::Renew { hold_generation } => {
                order.relies_on = *hold_generation;
                self.events.insert(Event::OrderRenewed(*hold_generation));
            }
            Transition::Confirm => {}
            Transition::Reject { .. } => {
                order.is_rejected = true;
                if self.has_its_units() {
                    self.broken = Some(Broken::OnlyItsCustomerCancels);
                }
                self.events.insert(Event::OrderCancelled);
            }
            Transition::Cancel => self.events.insert(Event::OrderCancelled),
        }
        if before.status == Status::Cancelled && order.status != Status::Cancelled {
            self.broken = Some(Broken::CancelledIsFinal);
        }
        self.order = Some(order);
    }

    /// Whether the order's units are sold to it, or held as the generation that it relies on.
    fn has_its_units(&self) -> bool {
        self.hold.zip(self.order).is_some_and(|(hold, order)| match hold.state {
            State::Settled => true,
            State::Held => hold.generation == order.relies_on && hold.body == order.body,
            State::Expired | State::Cancelled => false,
        })
    }

    /// At most this many steps bring what is under way to its end, however these follow each other.
    pub fn work(&self) -> u32 {
        let hold = self.hold.filter(|hold| hold.state == State::Held).map_or(0, |hold| {
            // Its time is over, the sweep comes, and what this writes.
            if hold.is_over { 3 } else { 4 }
        });
        let order = self.order.filter(|order| order.status == Status::Pending);
        // An `order.renewed` for each later generation.
        let order = order.map_or(0, |Order { relies_on, .. }| {
            (GENERATIONS - relies_on.number()) * Event::OrderRenewed(relies_on).work()
        });
        hold + order + self.events.iter().map(Event::work).sum::<u32>()
    }
}
