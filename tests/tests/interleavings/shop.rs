//! The shop as the model checker sees it: the two tables, what is on its way, and the steps that change them.

use std::collections::BTreeSet;

use contracts::hold_generation::HoldGeneration;
use contracts::payloads::StockRejected;
use orders::domain::status::{Status, Transition};
use products::domain::hold::{OnOrder, OnRequest};
use products::domain::hold_state::{self, State, StockEffect};

use crate::records::{Event, Hold, Order, Write, fingerprint};

/// Number of products and of orders.
const TWO: usize = 2;

/// Units of each product: too few for both orders if both ask for the second.
const UNITS: [u8; TWO] = [2, 1];

/// What each of two requests asks for: units of each product.
pub const BODIES: [[u8; TWO]; 2] = [[1, 0], [1, 1]];

/// How much is tried, so that the number of states has an end.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Requests for each order.
    pub requests: [u8; TWO],
    /// The last generation of a hold: its time is never over.
    pub generations: u32,
}

/// All there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shop {
    stock: [u8; TWO],
    /// The hold of each order.
    pub holds: [Option<Hold>; TWO],
    /// The orders.
    pub orders: [Option<Order>; TWO],
    /// Writes of orders that have a hold and are not written yet.
    writes: BTreeSet<Write>,
    /// Events that will be delivered once more at least.
    events: BTreeSet<Event>,
    requests_left: [u8; TWO],
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `create-order` gets so far as to have a hold.
    Reserve { order: usize, body: usize },
    /// The write of the order arrives, then or much later.
    Write(Write),
    /// The function was killed before its write.
    Lose(Write),
    /// An event comes for the last time, or once of many times.
    Deliver { event: Event, is_last: bool },
    /// The time of a hold is over.
    Outlive { order: usize },
    /// The sweep comes to a hold.
    Sweep { order: usize },
    /// The customer cancels the order.
    Cancel { order: usize },
}

impl Shop {
    /// Nothing is ordered yet.
    pub fn open(bounds: &Bounds) -> Self {
        Self {
            stock: UNITS,
            holds: [const { None }; TWO],
            orders: [const { None }; TWO],
            writes: BTreeSet::new(),
            events: BTreeSet::new(),
            requests_left: bounds.requests,
        }
    }

    /// What may happen next.
    pub fn possible(&self, bounds: &Bounds, steps: &mut Vec<Step>) {
        for order in 0..TWO {
            if self.requests_left[order] > 0 {
                steps.extend((0..BODIES.len()).map(|body| Step::Reserve { order, body }));
            }
            if let Some(hold) = self.holds[order].as_ref().filter(|hold| hold.state == State::Held) {
                steps.push(Step::Sweep { order });
                if hold.generation.number() < bounds.generations {
                    steps.push(Step::Outlive { order });
                }
            }
            steps.push(Step::Cancel { order });
        }
        steps.extend(self.writes.iter().flat_map(|write| [Step::Write(*write), Step::Lose(*write)]));
        let deliveries = |event: &Event| [true, false].map(|is_last| Step::Deliver { event: *event, is_last });
        steps.extend(self.events.iter().flat_map(deliveries));
    }

    /// Makes it happen.
    pub fn take(&mut self, step: Step) {
        match step {
            Step::Reserve { order, body } => {
                self.requests_left[order] -= 1;
                self.reserve(order, body);
            }
            Step::Write(write) => {
                self.writes.remove(&write);
                self.write(write);
            }
            Step::Lose(write) => {
                self.writes.remove(&write);
            }
            Step::Deliver { event, is_last } => {
                if is_last {
                    self.events.remove(&event);
                }
                self.deliver(event);
            }
            Step::Outlive { order } => {
                if let Some(hold) = &mut self.holds[order] {
                    hold.is_over = true;
                }
            }
            Step::Sweep { order } => self.expire(order),
            Step::Cancel { order } => self.apply(order, &Transition::Cancel),
        }
    }

    /// What `reserve-stock` does, once for every time it reads.
    fn reserve(&mut self, order: usize, body: usize) {
        let Some(present) = self.holds[order].clone() else {
            let first = HoldGeneration::FIRST;
            return self.hold_new(order, body, first, first, BODIES[body]);
        };
        match present.stored().on_request(&fingerprint(body), present.now()) {
            OnRequest::Refuse | OnRequest::Report(_) => {}
            OnRequest::Expire(_) => {
                self.expire(order);
                self.reserve(order, body);
            }
            OnRequest::Extend => self.reserved(order, body, present.generation),
            OnRequest::Replace => {
                let generation = present.generation.next();
                let is_same = present.body == body;
                let lines_since = if is_same { present.lines_since } else { generation };
                let takes_over = is_same && present.state.has_units();
                self.hold_new(order, body, generation, lines_since, if takes_over { [0; TWO] } else { BODIES[body] });
            }
        }
    }

    /// Creates a hold if these units are in stock.
    fn hold_new(
        &mut self,
        order: usize,
        body: usize,
        generation: HoldGeneration,
        since: HoldGeneration,
        units: [u8; 2],
    ) {
        if !self.take_units(units) {
            return;
        }
        self.holds[order] = Some(Hold {
            state: State::Held,
            generation,
            lines_since: since,
            body,
            is_over: false,
            was_cancelled: false,
        });
        self.reserved(order, body, generation);
    }

    fn reserved(&mut self, order: usize, body: usize, generation: HoldGeneration) {
        self.writes.insert(Write { order, body, generation });
    }

    /// What `create-order` does at last: there is one order under an id.
    fn write(&mut self, Write { order, body, generation }: Write) {
        if self.orders[order].is_none() {
            self.orders[order] = Some(Order {
                status: Status::Pending,
                relies_on: generation,
                body,
                was_rejected: false,
                was_renewed: false,
                was_cancelled: false,
                lost_its_units: false,
            });
            self.events.insert(Event::OrderCreated(order, generation));
        }
    }

    fn deliver(&mut self, event: Event) {
        match event {
            Event::OrderCreated(order, relies_on) | Event::OrderRenewed(order, relies_on) => {
                self.settle(order, relies_on)
            }
            Event::OrderCancelled(order) => {
                if let Some(transition) = self.holds[order].as_ref().and_then(|hold| hold.stored().on_cancellation()) {
                    self.change_hold(order, transition);
                }
            }
            Event::StockHeld(order, hold_generation) => self.apply(order, &Transition::Renew { hold_generation }),
            Event::StockSettled(order) => self.apply(order, &Transition::Confirm),
            Event::StockRejected(order, hold_generation) => {
                let reason = StockRejected::EXPIRED.to_owned();
                self.apply(order, &Transition::Reject { hold_generation, reason });
            }
        }
    }

    /// What `settle-reservation` does.
    fn settle(&mut self, order: usize, relies_on: HoldGeneration) {
        let hold = self.holds[order].clone().unwrap();
        match hold.stored().on_order(relies_on) {
            OnOrder::Nothing => {}
            OnOrder::Settle(transition) => {
                self.change_hold(order, transition);
                self.events.insert(Event::StockSettled(order));
            }
            OnOrder::TellGeneration => {
                self.holds[order].as_mut().unwrap().is_over = false;
                self.events.insert(Event::StockHeld(order, hold.generation));
            }
            OnOrder::HoldAgain(transition) => {
                if self.change_hold(order, transition) {
                    self.events.insert(Event::StockHeld(order, transition.generation_after(hold.generation)));
                } else {
                    self.events.insert(Event::StockRejected(order, hold.generation));
                }
            }
            OnOrder::Reject => {
                self.events.insert(Event::StockRejected(order, hold.generation));
            }
        }
    }

    /// What the sweep does, and a request of other lines.
    fn expire(&mut self, order: usize) {
        let hold = self.holds[order].clone().unwrap();
        if let Some(transition) = hold.stored().expire_at(hold.now()) {
            self.change_hold(order, transition);
            self.events.insert(Event::StockRejected(order, hold.generation));
        }
    }

    /// Applies a transition with its units. False if there are too few.
    fn change_hold(&mut self, order: usize, transition: hold_state::Transition) -> bool {
        let hold = self.holds[order].clone().unwrap();
        let units = BODIES[hold.body];
        match transition.stock_effect() {
            StockEffect::None => {}
            StockEffect::Take if !self.take_units(units) => return false,
            StockEffect::Take => {}
            StockEffect::Return => (0..TWO).for_each(|product| self.stock[product] += units[product]),
        }
        self.holds[order] = Some(Hold {
            state: transition.to,
            generation: transition.generation_after(hold.generation),
            is_over: false,
            was_cancelled: hold.was_cancelled || transition.to == State::Cancelled,
            ..hold
        });
        true
    }

    /// Takes all of these units out of the stock, or none.
    fn take_units(&mut self, units: [u8; TWO]) -> bool {
        let are_there = (0..TWO).all(|product| self.stock[product] >= units[product]);
        if are_there {
            (0..TWO).for_each(|product| self.stock[product] -= units[product]);
        }
        are_there
    }

    /// What the order service does with an order.
    fn apply(&mut self, id: usize, transition: &Transition) {
        let Some(order) = &mut self.orders[id] else { return };
        if !transition.applies_to(order.status, order.relies_on) {
            return;
        }
        order.status = transition.to();
        match transition {
            Transition::Renew { hold_generation } => {
                order.relies_on = *hold_generation;
                order.was_renewed = true;
                self.events.insert(Event::OrderRenewed(id, *hold_generation));
            }
            Transition::Confirm => {}
            Transition::Reject { .. } | Transition::Cancel => {
                order.was_cancelled = true;
                if matches!(transition, Transition::Reject { .. }) {
                    order.was_rejected = true;
                    order.lost_its_units = self.holds[id].as_ref().is_some_and(|hold| hold.state == State::Settled);
                }
                self.events.insert(Event::OrderCancelled(id));
            }
        }
    }

    /// Each order's hold and the order.
    pub fn holds_and_orders(&self) -> impl Iterator<Item = (Option<&Hold>, Option<&Order>)> {
        self.holds.iter().map(Option::as_ref).zip(self.orders.iter().map(Option::as_ref))
    }

    /// Whether no unit was made, lost or sold twice.
    pub fn units_are_conserved(&self) -> bool {
        (0..TWO).all(|product| {
            let holds = self.holds.iter().flatten().filter(|hold| hold.state.has_units());
            self.stock[product] + holds.map(|hold| BODIES[hold.body][product]).sum::<u8>() == UNITS[product]
        })
    }

    /// Whether nothing is under way, and nothing will be held for longer.
    pub fn is_at_rest(&self) -> bool {
        let is_held = |hold: &Hold| hold.state == State::Held;
        self.writes.is_empty() && self.events.is_empty() && !self.holds.iter().flatten().any(is_held)
    }
}
