//! Takes in what is answered about orders.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::asking::{Asking, is_of, todays_prices};
use super::purchase::{Cancelled, Unknown};
use super::{Model, Moment, Placed, Reply, Requests};
use crate::history::{Basket, Operation, Purchase};

impl Model {
    /// Takes in the answers to all requests of a step for one purchase.
    /// `earlier` is what was known of it when the step began.
    pub(super) fn take_in_orders(
        &mut self,
        purchase: Purchase,
        asked: &[(&Basket, &Reply)],
        earlier: &Requests,
        moment: &Moment,
    ) {
        let before = self.purchases.get(&purchase).cloned().unwrap_or_default();
        let mut fresh = None;
        for (number, (basket, reply)) in asked.iter().enumerate() {
            let others: Vec<&Basket> = asked
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != number)
                .map(|(_, (basket, _))| *basket)
                .collect();
            let asking = Asking { purchase, basket, reply, earlier, before: &before, others: &others, moment };
            asking.compare();
            if reply.status == 201 && !reply.is_replayed {
                assert!(fresh.is_none(), "order {purchase} was placed twice: {asked:?}");
                fresh = Some(*basket);
            }
        }
        let requests = self.purchases.entry(purchase).or_default();
        for (basket, reply) in asked.iter().filter(|(_, reply)| reply.status == 201) {
            let placed = requests.placed.get_or_insert_with(|| placed(basket, reply.data(), &before, moment));
            assert_eq!(reply.data(), &placed.data, "order {purchase}: another answer than the first");
            // Whoever is handed a hold has it for the full time.
            if !placed.was_confirmed && moment.sells(basket) {
                placed.may_be_over = moment.has_time_out;
            }
        }
        if let (Some(placed), Some(basket)) = (&mut requests.placed, fresh) {
            // Nothing that was said of an earlier hold is true of it.
            let others = asked.iter().any(|(other, _)| !other.equals(basket));
            placed.may_be_over = moment.has_time_out;
            placed.may_have_expired = moment.has_time_out && (moment.has_sweep || others);
            requests.unknown.clear();
        }
        if let ([(_, reply)], None) = (asked, &requests.placed)
            && reply.status == 400
        {
            // There is no order, and at most a hold whose time is over.
            requests.unknown.retain(|unknown| unknown.may_be_over);
            requests.unknown.iter_mut().for_each(|unknown| {
                (unknown.may_be_written, unknown.may_be_held) = (false, false);
            });
        }
        for (basket, reply) in asked {
            let takes_over = reply.status == 422 && before.may_be_over(moment);
            if reply.is_unknown() || takes_over {
                requests.unknown.push(unknown(basket, &before, moment));
            }
            if (takes_over || reply.is_unknown())
                && let Some(placed) = requests.placed.as_mut().filter(|placed| !placed.basket.equals(basket))
            {
                // As a sweep would, another request under the key expires a hold whose time is over.
                placed.may_have_expired |= !placed.was_confirmed && (placed.may_be_over || moment.has_time_out);
            }
        }
    }

    pub(super) fn take_in_cancellations(&mut self, answered: &[(&Operation, &Reply)], moment: &Moment) {
        let before = self.purchases.clone();
        let mut done = BTreeSet::new();
        for (operation, reply) in answered {
            let Operation::Cancel { purchase, by } = operation else { continue };
            let Some(order) = before.get(purchase).and_then(|requests| requests.placed.as_ref()) else { continue };
            if *by != purchase.customer() {
                assert!(reply.is_unknown() || reply.is(404, "NOT_FOUND"), "{operation}: {reply:?}");
                continue;
            }
            let placed = self.purchases.get_mut(purchase).and_then(|requests| requests.placed.as_mut());
            let placed = placed.unwrap_or_else(|| panic!("{purchase} is not placed"));
            if reply.is_unknown() {
                placed.cancelled = placed.cancelled.max_with(Cancelled::Maybe);
                placed.decided = placed.decided.take().filter(|(status, _)| status == "cancelled");
                continue;
            }
            match reply.status {
                200 => {
                    let is_open = order.cancelled != Cancelled::Yes
                        && order.decided.as_ref().is_none_or(|(status, _)| status == "confirmed");
                    assert!(is_open && done.insert(*purchase), "{operation}: it was cancelled before: {reply:?}");
                    assert_eq!(reply.data()["status"], "cancelled", "{operation}: {reply:?}");
                    (placed.cancelled, placed.decided) = (Cancelled::Yes, None);
                    order.compare(*purchase, reply.data(), moment);
                }
                _ => {
                    assert!(reply.is(409, "ORDER_NOT_CANCELLABLE"), "{operation}: {reply:?}");
                    assert_eq!(reply.details()["status"], "cancelled", "{operation}: {reply:?}");
                    let is_sent_twice = answered.iter().filter(|(other, _)| other == operation).count() > 1;
                    assert!(is_sent_twice || order.may_be_cancelled(moment), "{operation}: it is open: {order:?}");
                }
            }
        }
    }

    pub(super) fn compare_order(&self, purchase: Purchase, by: usize, reply: &Reply, moment: &Moment) {
        let Some(placed) = self.purchases.get(&purchase).and_then(|requests| requests.placed.as_ref()) else { return };
        if reply.is_unknown() {
            return;
        }
        if by != purchase.customer() {
            assert!(reply.is(404, "NOT_FOUND"), "{reply:?}");
            return;
        }
        assert_eq!(reply.status, 200, "order {purchase}: {reply:?}");
        placed.compare(purchase, reply.data(), moment);
    }

    /// A customer's list has all their orders, newest first, and of others only those whose answer is missing.
    pub(super) fn compare_orders(&self, customer: usize, reply: &Reply, moment: &Moment) {
        if reply.is_unknown() {
            return;
        }
        assert_eq!(reply.status, 200, "{reply:?}");
        let rows = reply.data().as_array().unwrap_or_else(|| panic!("{reply:?}"));
        assert!(
            rows.is_sorted_by_key(|row| std::cmp::Reverse(row["createdAt"].as_str())),
            "not newest first: {rows:?}"
        );
        let listed: BTreeSet<&str> = rows.iter().filter_map(|row| row["orderId"].as_str()).collect();
        assert_eq!(listed.len(), rows.len(), "an order is listed twice: {rows:?}");
        let missing: Vec<&str> = self.placed_ids(customer).difference(&listed).copied().collect();
        assert!(missing.is_empty(), "customer {customer}'s orders {missing:?} are not listed");
        for row in rows {
            let of = self.purchases.iter().find_map(|(purchase, requests)| {
                let placed = requests.placed.as_ref().filter(|placed| row["orderId"] == placed.id.as_str())?;
                Some((*purchase, placed))
            });
            match of {
                Some((purchase, placed)) => {
                    assert_eq!(purchase.customer(), customer, "another's order is listed: {row}");
                    placed.compare(purchase, row, moment);
                }
                None => {
                    let ordered = moment.ordered.iter().filter(|(purchase, _)| purchase.customer() == customer);
                    let is_under_way =
                        ordered.flat_map(|(_, baskets)| baskets).any(|basket| is_of(row, basket, moment));
                    let is_known = is_under_way || self.requests_of(customer, row, moment).is_some();
                    assert!(is_known, "nobody ordered this: {row}");
                }
            }
        }
    }

    /// The purchase without a known order that this order can be of.
    pub(super) fn requests_of(&self, customer: usize, order: &Value, moment: &Moment) -> Option<(Purchase, Basket)> {
        let mut open =
            self.purchases.iter().filter(|(purchase, it)| purchase.customer() == customer && it.placed.is_none());
        open.find_map(|(purchase, requests)| {
            let unknown = requests
                .unknown
                .iter()
                .find(|unknown| unknown.may_be_written && is_of(order, &unknown.basket, moment))?;
            Some((*purchase, unknown.basket.clone()))
        })
    }
}

impl Requests {
    /// Whether a hold of it may be past its time.
    fn may_be_over(&self, moment: &Moment) -> bool {
        let placed = self.placed.iter().filter(|placed| !placed.was_confirmed).map(|placed| placed.may_be_over);
        let mut may_be_over = placed.chain(self.unknown.iter().map(|unknown| unknown.may_be_over));
        moment.has_time_out || may_be_over.any(|it| it)
    }
}

impl Cancelled {
    /// What is known if this is said as well.
    fn max_with(self, other: Self) -> Self {
        if self == Self::Yes { self } else { other }
    }
}

/// The order that an answer tells of for the first time: it may be an earlier request's.
fn placed(basket: &Basket, data: &Value, before: &Requests, moment: &Moment) -> Placed {
    let may_be_over = before.may_be_over(moment);
    let expired = before.unknown.iter().any(|unknown| unknown.may_have_expired);
    Placed {
        id: data["orderId"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned(),
        basket: basket.clone(),
        data: data.clone(),
        cancelled: Cancelled::No,
        may_be_over,
        may_have_expired: expired || may_be_over && moment.has_sweep,
        was_confirmed: false,
        decided: None,
    }
}

/// An order of the final list whose answer is missing.
pub(super) fn found(basket: &Basket, row: &Value, before: &Requests, moment: &Moment) -> Placed {
    let data = json!({
        "orderId": row["orderId"], "totalAmount": row["totalAmount"], "items": row["items"], "status": "pending",
    });
    placed(basket, &data, before, moment)
}

fn unknown(basket: &Basket, before: &Requests, moment: &Moment) -> Unknown {
    let mut prices = todays_prices(basket, moment);
    // A hold that is there keeps the prices it was made at.
    for earlier in before.unknown.iter().filter(|earlier| earlier.basket.is_of_the_same_units(basket)) {
        for ((_, prices), (_, earlier)) in prices.iter_mut().zip(&earlier.prices) {
            prices.extend(earlier.iter().cloned());
        }
    }
    Unknown {
        basket: basket.clone(),
        prices,
        may_be_written: true,
        may_be_held: true,
        may_be_over: moment.has_time_out,
        may_have_expired: moment.has_time_out && moment.has_sweep,
    }
}
