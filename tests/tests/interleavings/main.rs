//! Every order of things that can happen to two orders and a few units of two products: requests and retries, late and lost
//! writes, events that come late, twice or in another order, holds whose time is over, sweeps and cancellations. A model
//! checker visits all of them, and every decision is made by the functions that production uses.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod records;
mod shop;

use stateright::{Checker, Model, Property};

use orders::domain::status::Status;
use products::domain::hold_state::State;
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
        let mut next = shop.clone();
        next.take(step);
        // A step that changes nothing leads nowhere.
        (next != *shop).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("units are conserved, and none is sold twice", |_, shop: &Shop| {
                shop.units_are_conserved()
            }),
            Property::always("an order that has its units is cancelled by its customer only", |_, shop: &Shop| {
                shop.orders.iter().flatten().all(|order| !order.lost_its_units)
            }),
            Property::always("a confirmed order has what it ordered", |_, shop: &Shop| {
                shop.holds_and_orders().all(|(hold, order)| match (hold, order) {
                    (hold, Some(order)) if order.status == Status::Confirmed => {
                        hold.is_some_and(|hold| hold.state == State::Settled && hold.body == order.body)
                    }
                    _ => true,
                })
            }),
            Property::always("what is cancelled stays cancelled", |_, shop: &Shop| {
                shop.holds_and_orders().all(|(hold, order)| {
                    hold.is_none_or(|hold| !hold.was_cancelled || hold.state == State::Cancelled)
                        && order.is_none_or(|order| !order.was_cancelled || order.status == Status::Cancelled)
                })
            }),
            Property::always(
                "at rest no order is pending, and units are sold to confirmed orders only",
                |_, shop: &Shop| {
                    !shop.is_at_rest()
                        || shop.holds_and_orders().all(|(hold, order)| {
                            let status = order.map(|order| order.status);
                            let is_sold = hold.is_some_and(|hold| hold.state == State::Settled);
                            status != Some(Status::Pending) && is_sold == (status == Some(Status::Confirmed))
                        })
                },
            ),
            // What would be missing if the model did less than it says.
            Property::sometimes("every order is confirmed", |saga, shop: &Shop| {
                let confirmed = shop.orders.iter().flatten().filter(|order| order.status == Status::Confirmed);
                confirmed.count() == saga.bounds.requests.iter().filter(|requests| **requests > 0).count()
            }),
            Property::sometimes("an order is confirmed whose first hold had expired", |_, shop: &Shop| {
                shop.orders.iter().flatten().any(|order| order.status == Status::Confirmed && order.was_renewed)
            }),
            Property::sometimes("an order is rejected", |_, shop: &Shop| {
                shop.is_at_rest() && shop.orders.iter().flatten().any(|order| order.was_rejected)
            }),
        ]
    }
}

fn check(bounds: Bounds) {
    let checker = Saga { bounds }.checker().threads(2).spawn_bfs().join();
    println!("{} states, {} of them different", checker.state_count(), checker.unique_state_count());
    checker.assert_properties();
}

#[test]
fn every_order_of_things_for_one_order() {
    check(Bounds { requests: [3, 0], generations: 3 });
}

#[test]
fn every_order_of_things_for_two_orders_of_the_same_units() {
    check(Bounds { requests: [1, 1], generations: 2 });
}
