//! The shop as the model checker sees it: the stock, the sales, and the steps that change them.

use orders::domain::status::Transition;
use products::domain::hold_state::State;

use crate::events::{Event, Events};
use crate::promises::Broken;
use crate::records::{BODIES, Hold, Order, PRODUCTS, Write, Writes};
use crate::sale::Sale;
use crate::stock::Stock;

/// Number of orders.
const ORDERS: usize = 2;

/// How much is tried, so that the number of states has an end.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Requests for each order.
    pub requests: [u8; ORDERS],
    /// A hold of this generation or a later one outlasts the events of its order.
    pub generations: u32,
    /// Whether other customers buy and return units at any time.
    pub are_there_others: bool,
}

/// All there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shop {
    pub stock: Stock,
    /// What is under each order's id. Ids say nothing, so two shops that differ only by which order has which are the same
    /// state: the sales are sorted.
    pub sales: [Sale; ORDERS],
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Under the id of an order.
    Of(usize, SaleStep),
    /// Another customer buys a unit of a product.
    OthersBuy(usize),
    /// Another customer returns it.
    OthersReturn(usize),
}

/// Something that happens under the id of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleStep {
    /// `reserve-stock` is called with one of [`BODIES`].
    Reserve(u8),
    /// The write of the order arrives.
    Write(Write),
    /// An event is delivered, and will be again.
    Deliver(Event),
    /// An event is delivered for the last time.
    DeliverLast(Event),
    /// The time of the hold is over.
    Outlive,
    /// The sweep comes to the hold.
    Sweep,
    /// The customer cancels the order.
    Cancel,
}

impl SaleStep {
    /// Whether it comes by itself sooner or later, as long as it can.
    fn is_due(self) -> bool {
        matches!(self, Self::DeliverLast(_) | Self::Outlive | Self::Sweep)
    }
}

impl Shop {
    /// Nothing is ordered yet.
    pub fn open(bounds: &Bounds) -> Self {
        let sales = bounds.requests.map(|requests_left| Sale {
            hold: None,
            order: None,
            writes: Writes::default(),
            events: Events::default(),
            requests_left,
            broken: None,
        });
        let mut shop = Self { stock: Stock::FULL, sales };
        shop.sort();
        shop
    }

    /// What may happen next.
    pub fn possible(&self, bounds: &Bounds, steps: &mut Vec<Step>) {
        for (index, sale) in self.sales.iter().enumerate() {
            sale.possible(bounds, |step| steps.push(Step::Of(index, step)));
        }
        if bounds.are_there_others {
            for product in 0..PRODUCTS {
                if self.stock.units[product] > 0 {
                    steps.push(Step::OthersBuy(product));
                }
                if self.stock.others[product] > 0 {
                    steps.push(Step::OthersReturn(product));
                }
            }
        }
    }

    /// Makes it happen.
    pub fn take(&mut self, step: Step) {
        match step {
            Step::Of(index, step) => self.sales[index].step(step, &mut self.stock),
            Step::OthersBuy(product) => self.stock.others_buy(product),
            Step::OthersReturn(product) => self.stock.others_return(product),
        }
        self.sort();
    }

    fn sort(&mut self) {
        let [first, second] = &self.sales;
        if first.key() > second.key() {
            self.sales.swap(0, 1);
        }
    }

    /// Whether no unit was made, lost or sold twice.
    pub fn units_are_conserved(&self) -> bool {
        (0..PRODUCTS).all(|product| {
            let holds = self.sales.iter().filter_map(|sale| sale.hold).filter(|hold| hold.state.has_units());
            let held_or_sold: u8 = holds.map(|hold| hold.units()[product]).sum();
            self.stock.units[product] + self.stock.others[product] + held_or_sold == Stock::FULL.units[product]
        })
    }

    /// Whether nothing comes any more unless a customer does something.
    pub fn is_at_rest(&self, bounds: &Bounds) -> bool {
        let mut is_due = false;
        for sale in &self.sales {
            sale.possible(bounds, |step| is_due |= step.is_due());
        }
        !is_due
    }
}

impl Sale {
    fn possible(&self, bounds: &Bounds, mut add: impl FnMut(SaleStep)) {
        if self.requests_left > 0 {
            (0..).zip(BODIES).for_each(|(body, _)| add(SaleStep::Reserve(body)));
        }
        self.writes.iter().for_each(|write| add(SaleStep::Write(write)));
        for event in self.events.iter() {
            add(SaleStep::DeliverLast(event));
            add(SaleStep::Deliver(event));
        }
        if let Some(hold) = self.hold.filter(|hold| hold.state == State::Held) {
            if hold.is_over {
                add(SaleStep::Sweep);
            } else if hold.generation.number() < bounds.generations || self.order.is_none() {
                add(SaleStep::Outlive);
            }
        }
        if self.order.is_some() {
            add(SaleStep::Cancel);
        }
    }

    fn step(&mut self, step: SaleStep, stock: &mut Stock) {
        let before = *self;
        match step {
            SaleStep::Reserve(body) => self.reserve(body, stock),
            SaleStep::Write(write) => self.write(write),
            SaleStep::Deliver(event) => self.deliver(event, stock),
            SaleStep::DeliverLast(event) => {
                self.events.remove(event);
                self.deliver(event, stock);
            }
            SaleStep::Outlive => self.hold = self.hold.map(|hold| Hold { is_over: true, ..hold }),
            SaleStep::Sweep => self.sweep(stock),
            SaleStep::Cancel => self.apply(&Transition::Cancel),
        }
        if step.is_due() && self.work() >= before.work() {
            self.broken = Some(Broken::EverythingEnds);
        }
    }

    /// Sorts sales: different ones have different keys.
    fn key(&self) -> impl PartialOrd + use<> {
        let hold = self.hold.map(|Hold { state, generation, lines_since, body, is_over }| {
            (state as u8, generation, lines_since, body, is_over)
        });
        let order = self
            .order
            .map(|Order { status, relies_on, body, is_rejected }| (status as u8, relies_on, body, is_rejected));
        (self.requests_left, hold, order, self.events, self.writes)
    }
}
