//! The events of an order and its hold that are on their way.

use contracts::hold_generation::HoldGeneration;

use crate::decisions::{GENERATIONS, generation};

/// An event, with the generation of the hold that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    OrderCreated(HoldGeneration),
    OrderRenewed(HoldGeneration),
    OrderCancelled,
    StockHeld(HoldGeneration),
    StockSettled,
    StockRejected(HoldGeneration),
}

/// A set of events that will be delivered once more at least: a bit for each, in groups of [`GENERATIONS`] for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Events(u64);

impl Event {
    fn bit(self) -> u64 {
        let (kind, number) = match self {
            Self::OrderCreated(generation) => (0, generation.number()),
            Self::OrderRenewed(generation) => (1, generation.number()),
            Self::StockHeld(generation) => (2, generation.number()),
            Self::StockRejected(generation) => (3, generation.number()),
            Self::OrderCancelled => (4, 0),
            Self::StockSettled => (4, 1),
        };
        assert!(number < GENERATIONS, "too many generations");
        1 << (kind * GENERATIONS + number)
    }

    fn of_bit(bit: u32) -> Self {
        let number = bit % GENERATIONS;
        match bit / GENERATIONS {
            0 => Self::OrderCreated(generation(number)),
            1 => Self::OrderRenewed(generation(number)),
            2 => Self::StockHeld(generation(number)),
            3 => Self::StockRejected(generation(number)),
            _ if number == 0 => Self::OrderCancelled,
            _ => Self::StockSettled,
        }
    }

    /// At most this many steps follow from its delivery, besides those that an order counts ([`crate::sale::Sale::work`]).
    pub fn work(self) -> u32 {
        match self {
            Self::OrderCancelled | Self::StockSettled | Self::StockHeld(_) => 1,
            // And `order.cancelled`.
            Self::StockRejected(_) => 2,
            // And `stock.held`, and a hold that can expire.
            Self::OrderCreated(_) | Self::OrderRenewed(_) => 6,
        }
    }
}

impl Events {
    pub fn insert(&mut self, event: Event) {
        self.0 |= event.bit();
    }

    pub fn remove(&mut self, event: Event) {
        self.0 &= !event.bit();
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Event> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let bit = (bits != 0).then(|| bits.trailing_zeros())?;
            bits &= bits - 1;
            Some(Event::of_bit(bit))
        })
    }
}
