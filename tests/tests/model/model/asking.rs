//! The answer to a request for an order: what it may be.

use serde_json::Value;

use super::product::cents;
use super::purchase::address;
use super::{Moment, Reply, Requests};
use crate::history::{Basket, Purchase};

/// A request with its answer, and what is known of it otherwise.
pub(super) struct Asking<'a> {
    pub(super) purchase: Purchase,
    pub(super) basket: &'a Basket,
    pub(super) reply: &'a Reply,
    /// The purchase's requests of earlier steps, as of the beginning of this one.
    pub(super) earlier: &'a Requests,
    /// The same when its time has passed.
    pub(super) before: &'a Requests,
    /// What the purchase's other requests of this step ask for.
    pub(super) others: &'a [&'a Basket],
    pub(super) moment: &'a Moment,
}

impl Asking<'_> {
    /// # Panics
    /// The answer is not right.
    pub(super) fn compare(&self) {
        let Self { purchase, reply, .. } = self;
        match reply.status {
            _ if reply.is_unknown() => {}
            201 if reply.is_replayed => {
                // A function that does not hear of its write finds the order later. If events have moved the order on by
                // then, it can't tell its own write from an equal request's.
                let may_be_own = self.moment.loses_outcomes;
                assert!(may_be_own || self.was_asked_before(), "order {purchase} was not asked for before: {reply:?}");
                self.compare_placed();
            }
            201 => {
                assert!(self.before.placed.is_none(), "order {purchase} is placed a second time: {reply:?}");
                self.compare_placed();
            }
            422 => {
                assert!(reply.is(422, "IDEMPOTENCY_KEY_REUSED"), "order {purchase}: {reply:?}");
                let unknown = self.before.unknown.iter().map(|unknown| &unknown.basket);
                let placed = self.before.placed.iter().map(|placed| &placed.basket);
                let differs =
                    unknown.chain(placed).chain(self.others.iter().copied()).any(|other| !other.equals(self.basket));
                assert!(differs, "order {purchase}: the same request is refused as another: {reply:?}");
                let is_placed = self.before.placed.as_ref().is_some_and(|placed| placed.basket.equals(self.basket));
                assert!(!is_placed, "order {purchase} was placed by this request: {reply:?}");
            }
            400 => self.compare_refusal(),
            _ => panic!("order {purchase}: {reply:?}"),
        }
    }

    fn was_asked_before(&self) -> bool {
        let unknown = self.before.unknown.iter().filter(|unknown| unknown.may_be_written);
        let unknown = unknown.map(|unknown| &unknown.basket);
        let placed = self.before.placed.iter().map(|placed| &placed.basket);
        unknown.chain(placed).chain(self.others.iter().copied()).any(|other| other.equals(self.basket))
    }

    /// The order is what was asked for, at prices that may be right.
    fn compare_placed(&self) {
        let (purchase, data) = (self.purchase, self.reply.data());
        assert!(is_of(data, self.basket, self.moment), "order {purchase} is not of {}: {data}", self.basket);
        assert_eq!(data["status"], "pending", "order {purchase}: {data}");
        let items = data["items"].as_array().unwrap_or_else(|| panic!("{data}"));
        let mut total = 0;
        for item in items {
            let line = cents(&item["totalPrice"]).unwrap_or_else(|| panic!("{data}"));
            let unit = cents(&item["unitPrice"]).unwrap_or_else(|| panic!("{data}"));
            assert_eq!(
                Some(line),
                item["quantity"].as_u64().map(|quantity| quantity * unit),
                "order {purchase}: {data}"
            );
            total += line;
        }
        assert_eq!(cents(&data["totalAmount"]), Some(total), "order {purchase}: {data}");
        if self.before.placed.is_some() {
            // Compared with the first answer as a whole.
            return;
        }
        let is_pinned = self.earlier.unknown.iter().any(|unknown| {
            let is_held = unknown.may_be_held && unknown.basket.is_of_the_same_units(self.basket);
            let is_replayed = self.reply.is_replayed && unknown.may_be_written && unknown.basket.equals(self.basket);
            (is_held || is_replayed) && has_prices(items, &unknown.prices, self.moment)
        });
        let is_todays = has_prices(items, &todays_prices(self.basket, self.moment), self.moment);
        assert!(is_pinned || is_todays, "order {purchase} is neither at today's prices nor at those of a hold: {data}");
        if !is_pinned {
            for product in self.basket.products() {
                let (wanted, stock) = (self.basket.units(product), self.moment.stock(product));
                // What is held for it already is not in stock.
                let own = self.before.most_units(product);
                assert!(
                    wanted <= stock.end() + own,
                    "order {purchase}: {stock:?} of product {product} in stock: {data}"
                );
            }
        }
    }

    fn compare_refusal(&self) {
        let (purchase, reply, moment) = (self.purchase, self.reply, self.moment);
        let placed = self.before.placed.as_ref();
        assert!(placed.is_none(), "order {purchase} was placed before, and is refused now: {reply:?}");
        let details = reply.details();
        let product = self.basket.products().into_iter().find(|product| details["productId"] == moment.id(*product));
        let product = product.unwrap_or_else(|| panic!("order {purchase} has no such product: {reply:?}"));
        if reply.is(400, "PRODUCT_NOT_FOUND") {
            let may_be_hidden = moment.details(product).iter().any(|details| !details.is_active);
            assert!(may_be_hidden, "order {purchase}: product {product} is for sale: {reply:?}");
            return;
        }
        assert!(reply.is(400, "INSUFFICIENT_STOCK"), "order {purchase}: {reply:?}");
        let (wanted, stock) = (self.basket.units(product), moment.stock(product));
        assert_eq!(details["requested"], wanted, "order {purchase}: {reply:?}");
        let available = details["available"].as_i64().filter(|units| stock.contains(units));
        let available = available.unwrap_or_else(|| panic!("order {purchase}: {stock:?} are in stock: {reply:?}"));
        assert!(available < wanted, "order {purchase}: there are enough: {reply:?}");
    }
}

/// Name and price of each product of a basket, as far as it is for sale.
pub(super) fn todays_prices(basket: &Basket, moment: &Moment) -> Vec<(usize, Vec<(String, u64)>)> {
    let prices = |product: usize| {
        let active = moment.details(product).iter().filter(|details| details.is_active);
        active.map(|details| (details.name.clone(), details.price)).collect()
    };
    basket.products().into_iter().map(|product| (product, prices(product))).collect()
}

/// Whether each line has one of the names and prices of its product.
fn has_prices(items: &[Value], prices: &[(usize, Vec<(String, u64)>)], moment: &Moment) -> bool {
    items.iter().all(|item| {
        let of = prices.iter().find(|(product, _)| item["productId"] == moment.id(*product));
        of.is_some_and(|(_, prices)| {
            prices
                .iter()
                .any(|(name, price)| item["productName"] == name.as_str() && cents(&item["unitPrice"]) == Some(*price))
        })
    })
}

/// Whether an order has the lines of this basket, one for each product, and its address where it is shown.
pub(super) fn is_of(order: &Value, basket: &Basket, moment: &Moment) -> bool {
    let products = basket.products();
    let items = order["items"].as_array().map_or(&[][..], Vec::as_slice);
    let has_address =
        order.get("createdAt").is_none() || order["shippingAddress"] == basket.address.map_or(Value::Null, address);
    has_address
        && items.len() == products.len()
        && products.into_iter().all(|product| {
            items
                .iter()
                .any(|item| item["productId"] == moment.id(product) && item["quantity"] == basket.units(product))
        })
}
