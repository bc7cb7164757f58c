//! The hold of an order, the order, and the writes of it that are under way.

use contracts::hold_generation::HoldGeneration;
use orders::domain::status::Status;
use products::domain::hold_state::State;

use crate::decisions::generation;

/// Number of products.
pub const PRODUCTS: usize = 2;

/// What a request asks for: units of each product.
pub const BODIES: [[u8; PRODUCTS]; 2] = [[1, 1], [2, 0]];

/// A hold, as far as anything depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hold {
    pub state: State,
    pub generation: HoldGeneration,
    pub lines_since: HoldGeneration,
    /// Which of [`BODIES`] it is for.
    pub body: u8,
    /// Its time is over, if it is held.
    pub is_over: bool,
}

impl Hold {
    /// The units it is for.
    pub fn units(&self) -> [u8; PRODUCTS] {
        BODIES[usize::from(self.body)]
    }
}

/// An order, as far as anything depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    pub status: Status,
    pub relies_on: HoldGeneration,
    /// Which of [`BODIES`] it is of.
    pub body: u8,
    /// It was cancelled, and not by its customer.
    pub is_rejected: bool,
}

/// The write of an order that relies on this generation of its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    pub body: u8,
    pub generation: HoldGeneration,
}

/// A set of writes: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Writes(u32);

impl Writes {
    /// Adds a write.
    pub fn insert(&mut self, write: Write) {
        self.0 |= 1 << (write.generation.number() * 2 + u32::from(write.body));
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Write> {
        let is_there = move |bit: &u32| self.0 & (1 << bit) != 0;
        (0..u32::BITS)
            .filter(is_there)
            .map(|bit| Write { body: u8::from(bit % 2 == 1), generation: generation(bit / 2) })
    }
}
