//! The stock of each product.

use crate::records::PRODUCTS;

/// Units of each product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stock {
    /// In stock.
    pub units: [u8; PRODUCTS],
    /// That other customers have.
    pub others: [u8; PRODUCTS],
}

impl Stock {
    /// All units, too few for two orders that ask for the same.
    pub const FULL: Self = Self { units: [3, 1], others: [0; PRODUCTS] };

    /// Takes all of these units, or none.
    pub fn take(&mut self, units: [u8; PRODUCTS]) -> bool {
        let are_there = (0..PRODUCTS).all(|product| self.units[product] >= units[product]);
        if are_there {
            (0..PRODUCTS).for_each(|product| self.units[product] -= units[product]);
        }
        are_there
    }

    /// Puts these units back.
    pub fn put_back(&mut self, units: [u8; PRODUCTS]) {
        (0..PRODUCTS).for_each(|product| self.units[product] += units[product]);
    }

    /// Another customer buys a unit of this product.
    pub fn others_buy(&mut self, product: usize) {
        self.units[product] -= 1;
        self.others[product] += 1;
    }

    /// Another customer returns a unit of this product.
    pub fn others_return(&mut self, product: usize) {
        self.others[product] -= 1;
        self.units[product] += 1;
    }
}
