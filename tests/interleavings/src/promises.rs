//! What is promised of every shop, whatever happens to it.

use orders::domain::status::Status;
use products::domain::hold_state::State;
use stateright::Property;

use crate::Saga;
use crate::events::Event;
use crate::records::BODIES;
use crate::shop::Shop;

/// A promise about a step that the step did not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broken {
    /// An order was rejected whose units were sold to it, or held as the generation that it relied on.
    OnlyItsCustomerCancels,
    /// A hold or an order left the state `cancelled`.
    CancelledIsFinal,
    /// What was due had no end: after its step there was not less to come than before.
    EverythingEnds,
}

pub fn all() -> Vec<Property<Saga>> {
    [always(), possible()].concat()
}

fn kept(shop: &Shop, promise: Broken) -> bool {
    shop.sales.iter().all(|sale| sale.broken != Some(promise))
}

fn always() -> Vec<Property<Saga>> {
    vec![
        Property::always("units are conserved, and none is sold twice", |_, shop: &Shop| shop.units_are_conserved()),
        Property::always("an order that has its units is cancelled by its customer only", |_, shop: &Shop| {
            kept(shop, Broken::OnlyItsCustomerCancels)
        }),
        Property::always("what is cancelled stays cancelled", |_, shop: &Shop| kept(shop, Broken::CancelledIsFinal)),
        Property::always("what is under way comes to an end", |_, shop: &Shop| kept(shop, Broken::EverythingEnds)),
        Property::always("a confirmed order has what it ordered", |_, shop: &Shop| {
            shop.sales.iter().all(|sale| match sale.order {
                Some(order) if order.status == Status::Confirmed => {
                    sale.hold.is_some_and(|hold| hold.state == State::Settled && hold.body == order.body)
                }
                _ => true,
            })
        }),
        Property::always("units are sold to written orders only", |_, shop: &Shop| {
            shop.sales
                .iter()
                .all(|sale| sale.order.is_some() || sale.hold.is_none_or(|hold| hold.state != State::Settled))
        }),
        Property::always("at rest no order is pending, and only confirmed orders have units", |saga, shop: &Shop| {
            !shop.is_at_rest(&saga.bounds)
                || shop.sales.iter().all(|sale| {
                    let status = sale.order.map(|order| order.status);
                    let has_units = sale.hold.is_some_and(|hold| hold.state.has_units());
                    status != Some(Status::Pending) && has_units == (status == Some(Status::Confirmed))
                })
        }),
    ]
}

/// What would be missing if the model did less than it says.
fn possible() -> Vec<Property<Saga>> {
    vec![
        Property::sometimes("every order is confirmed", |saga, shop: &Shop| {
            let orders = shop.sales.iter().filter_map(|sale| sale.order);
            let confirmed = orders.filter(|order| order.status == Status::Confirmed);
            confirmed.count() == saga.bounds.requests.iter().filter(|requests| **requests > 0).count()
        }),
        Property::sometimes("an order is confirmed that was told of a later hold", |_, shop: &Shop| {
            shop.sales.iter().any(|sale| {
                sale.order.is_some_and(|order| {
                    order.status == Status::Confirmed
                        && sale.events.iter().any(|event| event == Event::OrderRenewed(order.relies_on))
                })
            })
        }),
        Property::sometimes("an order is rejected", |saga, shop: &Shop| {
            shop.is_at_rest(&saga.bounds)
                && shop.sales.iter().any(|sale| sale.order.is_some_and(|order| order.is_rejected))
        }),
        Property::sometimes("only the first product is too few for a pending order", |_, shop: &Shop| {
            is_short_of(shop, [true, false])
        }),
        Property::sometimes("only the second product is too few for a pending order", |_, shop: &Shop| {
            is_short_of(shop, [false, true])
        }),
    ]
}

/// Whether a pending order's hold has expired and exactly these products are too few to hold it again.
fn is_short_of(shop: &Shop, products: [bool; 2]) -> bool {
    shop.sales.iter().any(|sale| {
        let is_pending = sale.order.is_some_and(|order| order.status == Status::Pending);
        sale.hold.is_some_and(|hold| {
            let units = BODIES[usize::from(hold.body)];
            is_pending
                && hold.state == State::Expired
                && [0, 1].map(|product| shop.stock.units[product] < units[product]) == products
        })
    })
}
