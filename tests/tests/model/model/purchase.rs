//! What was asked for under one purchase, and the order that came of it.

use serde_json::{Value, json};

use super::Moment;
use crate::history::{Basket, Purchase};

/// The requests of a purchase.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// Its order, once the shop has told of it.
    pub placed: Option<Placed>,
    /// Requests without an answer.
    pub unknown: Vec<Unknown>,
}

/// A request of which nobody knows whether its units are held or its order is written.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// What was asked for.
    pub basket: Basket,
    /// Name and price of each product at which its units may be held, by product.
    pub prices: Vec<(usize, Vec<(String, u64)>)>,
    /// Whether its order may be written.
    pub may_be_written: bool,
    /// Whether its units may be held in time.
    pub may_be_held: bool,
    /// Whether the time of its hold may be over.
    pub may_be_over: bool,
    /// Whether a hold of it may have expired.
    pub may_have_expired: bool,
}

/// An order that the shop has told of.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// What it is of.
    pub basket: Basket,
    /// `data` of the answer that placed it.
    pub data: Value,
    /// Whether its customer has cancelled it.
    pub cancelled: Cancelled,
    /// Whether the time of its hold may be over before it is confirmed.
    pub may_be_over: bool,
    /// Whether the shop may cancel it, because its hold expired before it was confirmed.
    pub may_have_expired: bool,
    /// Whether it was seen to be confirmed when all events were handled.
    pub was_confirmed: bool,
    /// Its state (`status`, `reason`) when all events were handled; none if that can have changed since.
    pub decided: Option<(String, Value)>,
}

/// What a customer knows of their cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// There was none.
    No,
    /// It has no answer.
    Maybe,
    /// It was made.
    Yes,
}

impl Requests {
    /// Ages holds that no answer of this step renews.
    pub(super) fn pass_time(&mut self, moment: &Moment) {
        for unknown in &mut self.unknown {
            if moment.has_time_out {
                (unknown.may_be_over, unknown.may_be_held) = (true, false);
            }
            unknown.may_have_expired |= moment.has_sweep && unknown.may_be_over;
        }
        if let Some(placed) = self.placed.as_mut().filter(|placed| !placed.was_confirmed) {
            placed.may_be_over |= moment.has_time_out;
            placed.may_have_expired |= moment.has_sweep && placed.may_be_over;
        }
    }

    /// The most units of a product that are held or sold for it.
    pub(super) fn most_units(&self, product: usize) -> i64 {
        let placed = self.placed.as_ref().filter(|placed| !placed.has_returned());
        let placed = placed.map(|placed| placed.basket.units(product));
        self.unknown.iter().map(|unknown| unknown.basket.units(product)).chain(placed).max().unwrap_or(0)
    }

    /// The fewest units of a product that are held or sold for it all the time.
    pub(super) fn fewest_units(&self, product: usize, purchase: Purchase, moment: &Moment) -> i64 {
        let is_certain = |placed: &&Placed| {
            let is_held = !placed.may_be_over && !placed.may_have_expired && !moment.has_time_out;
            placed.cancelled == Cancelled::No
                && !moment.cancelled.contains(&purchase)
                && (placed.was_confirmed || placed.decided.is_none() && is_held)
        };
        self.placed.as_ref().filter(is_certain).map_or(0, |placed| placed.basket.units(product))
    }
}

impl Placed {
    /// Whether its units are in stock again.
    fn has_returned(&self) -> bool {
        self.decided.as_ref().is_some_and(|(status, _)| status == "cancelled")
    }

    /// Whether it may be cancelled at this moment: by its customer in an earlier step, or by the shop.
    pub(super) fn may_be_cancelled(&self, moment: &Moment) -> bool {
        self.cancelled != Cancelled::No || self.has_returned() || self.may_expire(moment)
    }

    fn may_expire(&self, moment: &Moment) -> bool {
        let expires_now = moment.has_sweep && (self.may_be_over || moment.has_time_out);
        !self.was_confirmed && (self.may_have_expired || expires_now)
    }

    /// # Panics
    /// The order can't be shown like this.
    pub(super) fn compare(&self, purchase: Purchase, shown: &Value, moment: &Moment) {
        for field in ["orderId", "totalAmount", "items"] {
            assert_eq!(shown[field], self.data[field], "order {purchase}: {shown}");
        }
        let address = self.basket.address.map_or(Value::Null, address);
        assert_eq!(shown["shippingAddress"], address, "order {purchase}: {shown}");
        let (status, reason) = (shown["status"].as_str().unwrap_or_default(), &shown["reason"]);
        if let (Some((decided, why)), false) = (&self.decided, moment.cancelled.contains(&purchase)) {
            assert_eq!((status, reason), (decided.as_str(), why), "order {purchase} was decided: {shown}");
            return;
        }
        let may_be_cancelled = self.cancelled != Cancelled::No || moment.cancelled.contains(&purchase);
        let is_right = match (status, reason.as_str()) {
            ("pending", None) => self.cancelled != Cancelled::Yes && !self.was_confirmed,
            ("confirmed", None) => self.cancelled != Cancelled::Yes,
            ("cancelled", None) => may_be_cancelled,
            ("cancelled", Some(_)) => self.cancelled != Cancelled::Yes && self.may_expire(moment),
            _ => false,
        };
        assert!(is_right, "order {purchase} can't be {status} ({reason}): {self:?}");
    }

    /// # Panics
    /// The order is pending although all events are handled.
    pub(super) fn decide(&mut self, purchase: Purchase, shown: &Value) {
        let status = shown["status"].as_str().unwrap_or_default().to_owned();
        assert_ne!(status, "pending", "order {purchase} stays pending: {shown}");
        self.was_confirmed |= status == "confirmed";
        if self.cancelled == Cancelled::Maybe {
            let by_customer = status == "cancelled" && shown["reason"].is_null();
            self.cancelled = if by_customer { Cancelled::Yes } else { Cancelled::No };
        }
        self.decided = Some((status, shown["reason"].clone()));
    }
}

/// The shipping address with this house number.
pub fn address(number: u8) -> Value {
    json!({"street": format!("{number} Main Street")})
}
