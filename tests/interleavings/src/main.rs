//! Every order of things that can happen to orders and their holds: requests and retries, late and lost writes, events that
//! come late, twice or in another order, holds whose time is over, sweeps and cancellations. A model checker visits all of
//! them, and every decision is made by the functions that production uses.
//!
//! # What one step is
//! A step is one write: a transaction or a conditional write of the product service's store, or a conditional write of the
//! order service's, with the event in it. A function decides by what it has read, and its write is refused if the hold's state or generation, or
//! the order's state or generation, is another by then; it starts anew. So reading and writing count as one step, and a
//! crash can only come between two steps, where it makes the second one late (an event is delivered again) or leaves it out
//! (a request is not). `settle-reservation` alone may need two writes, when units are to be held again and there are
//! too few: nothing, and then the event that says so. What comes between the two either changes the hold, so the event is
//! refused, or it could as well come after.
//!
//! # How far it goes
//! One order among others that take and return units at will: what holds there for the order holds beside any number of
//! orders, as these meet only in the stock. And two orders together. Both within [`Bounds`].
//!
//! # What is left out
//! Prices, names and whether a product is for sale: they refuse a request, as a shortage does, and decide nothing later.
//! Clocks that differ: a function whose clock is behind acts as if it were earlier. A hold that is lost from the table.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod decisions;
mod events;
mod promises;
mod records;
mod sale;
mod shop;
mod stock;

use stateright::{Checker, HasDiscoveries, Model, Property};

use shop::{Bounds, Shop, Step};

/// What is checked.
struct Saga {
    bounds: Bounds,
}

impl Model for Saga {
    type State = Shop;
    type Action = Step;

    fn init_states(&self) -> Vec<Shop> {
        vec![Shop::open(&self.bounds)]
    }

    fn actions(&self, shop: &Shop, steps: &mut Vec<Step>) {
        shop.possible(&self.bounds, steps);
    }

    fn next_state(&self, shop: &Shop, step: Step) -> Option<Shop> {
        let mut next = *shop;
        next.take(step);
        // A step that changes nothing leads nowhere.
        (next != *shop).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}

fn check(bounds: Bounds) {
    let checker = Saga { bounds }.checker().threads(2).finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.spawn_bfs().join();
    println!("{} states, by at most {} steps", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

#[test]
fn every_order_of_things_for_one_order_among_others() {
    check(Bounds { requests: [4, 0], generations: 4, are_there_others: true });
}

#[test]
fn every_order_of_things_for_two_orders_of_the_same_units() {
    check(Bounds { requests: [2, 1], generations: 2, are_there_others: false });
}
