//! What must be true when everything is at rest.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::Units;

use super::order::found;
use super::product::Product;
use super::{Model, Moment};
use crate::history::{Basket, Purchase, Step};

impl Model {
    /// Takes in the orders of a customer's list whose answers are missing.
    ///
    /// # Panics
    /// An order is listed that nobody asked for.
    pub fn find_orders(&mut self, customer: usize, rows: &[Value]) {
        let moment = Moment::of(self, &Step(Vec::new()));
        for row in rows {
            if self.placed_ids(customer).contains(row["orderId"].as_str().unwrap_or_default()) {
                continue;
            }
            let (purchase, basket) =
                self.requests_of(customer, row, &moment).unwrap_or_else(|| panic!("nobody ordered {row}"));
            let requests = self.purchases.entry(purchase).or_default();
            let mut placed = found(&basket, row, requests, &moment);
            placed.compare(purchase, row, &moment);
            placed.decide(purchase, row);
            requests.placed = Some(placed);
        }
    }

    /// What every keyed request for a placed order is answered with again: its key's purchase, its basket and `data`.
    pub fn replays(&self) -> Vec<(Purchase, Basket, Value)> {
        let placed = self.purchases.iter().filter_map(|(purchase, it)| Some((purchase, it.placed.as_ref()?)));
        let keyed = placed.filter(|(purchase, _)| purchase.key().is_some());
        keyed.map(|(purchase, placed)| (*purchase, placed.basket.clone(), placed.data.clone())).collect()
    }

    /// Compares a customer's list of orders with what was decided.
    ///
    /// # Panics
    /// They differ.
    pub fn compare_final_orders(&self, customer: usize, rows: &[Value]) {
        let of = self.purchases.iter().filter(|(purchase, _)| purchase.customer() == customer);
        let mut placed: Vec<_> = of.filter_map(|(purchase, it)| Some((purchase, it.placed.as_ref()?))).collect();
        assert_eq!(rows.len(), placed.len(), "customer {customer}'s orders: {rows:?}");
        let moment = Moment::of(self, &Step(Vec::new()));
        for row in rows {
            let at = placed.iter().position(|(_, placed)| row["orderId"] == placed.id.as_str());
            let (purchase, placed) =
                placed.swap_remove(at.unwrap_or_else(|| panic!("an order of no one, or twice: {row}")));
            assert!(placed.decided.is_some(), "order {purchase} is undecided");
            placed.compare(*purchase, row, &moment);
        }
    }

    /// Compares a product, as an admin sees it, and its books: every unit is in stock or sold.
    ///
    /// # Panics
    /// They differ.
    pub fn compare_final_product(&self, number: usize, shown: &Value, books: Units) {
        let product = &self.products[&number];
        let placed = self.purchases.values().filter_map(|requests| requests.placed.as_ref());
        let sold: i64 = placed
            .filter(|placed| placed.decided.as_ref().is_some_and(|(status, _)| status == "confirmed"))
            .map(|placed| placed.basket.units(number))
            .sum();
        let stock = shown["stock"].as_i64().unwrap_or_else(|| panic!("{shown}"));
        let all = &product.units;
        assert!(
            all.contains(&(stock + sold)),
            "product {number}: {stock} in stock and {sold} sold are not {all:?}: {books:?}"
        );
        product.compare(shown, stock..=stock, &self.categories);
        let expected = Units {
            stock: stock.unsigned_abs(),
            held: 0,
            sold: sold.unsigned_abs(),
            confirmed: sold.unsigned_abs(),
            pending: 0,
        };
        assert_eq!(books, expected, "product {number}");
    }

    /// How many products of a category are for sale.
    pub fn for_sale(&self, category: usize) -> i64 {
        let is_listed = |product: &&Product| product.details.is_active && product.details.category == category;
        self.products.values().filter(is_listed).map(|_| 1).sum()
    }

    /// Compares a customer's notifications: each step of each order once, newest first, read as they were marked.
    ///
    /// # Panics
    /// They differ.
    pub fn compare_notifications(&self, customer: usize, rows: &[Value], unread: &[Value]) {
        assert!(
            rows.is_sorted_by(|one, next| one["createdAt"].as_str() >= next["createdAt"].as_str()),
            "not newest first: {rows:?}"
        );
        let mut told: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for row in rows {
            let text = |field: &str| row[field].as_str().unwrap_or_else(|| panic!("{row}"));
            *told.entry((text("orderId"), text("type"))).or_default() += 1;
            let is_read = row["read"] == true;
            match self.read.get(text("id")) {
                Some(true) => assert!(is_read, "it was marked as read: {row}"),
                Some(false) => {}
                None => assert!(!is_read, "nobody has read it: {row}"),
            }
        }
        let still: Vec<&Value> = rows.iter().filter(|row| row["read"] == false).collect();
        assert_eq!(unread.iter().collect::<Vec<_>>(), still, "unread");
        let of = self.purchases.iter().filter(|(purchase, _)| purchase.customer() == customer);
        for (purchase, placed) in of.filter_map(|(purchase, it)| Some((purchase, it.placed.as_ref()?))) {
            let Some((status, reason)) = &placed.decided else { panic!("order {purchase} is undecided") };
            let mut times = |kind: &'static str| told.remove(&(placed.id.as_str(), kind)).unwrap_or(0);
            let [created, confirmed, cancelled] =
                ["order.created", "order.confirmed", "order.cancelled"].map(&mut times);
            let is_cancelled = status == "cancelled";
            let may_be_confirmed = match (is_cancelled, placed.was_confirmed) {
                (_, true) => 1..=1,
                // Nobody looked between the confirmation and the customer's cancellation.
                (true, false) if reason.is_null() => 0..=1,
                (true, false) => 0..=0,
                (false, false) => 1..=1,
            };
            let is_right =
                created == 1 && may_be_confirmed.contains(&confirmed) && cancelled == usize::from(is_cancelled);
            assert!(
                is_right,
                "order {purchase} is {status} ({reason}): {created} notifications that it was received, {confirmed} that \
                 it is confirmed, {cancelled} that it was cancelled"
            );
            let message = match reason.as_str() {
                None => format!("Your order {} was cancelled", placed.id),
                Some(reason) => format!("Your order {} was cancelled: {reason}", placed.id),
            };
            let row = rows.iter().find(|row| row["orderId"] == placed.id.as_str() && row["type"] == "order.cancelled");
            assert!(row.is_none_or(|row| row["message"] == json!(message)), "{row:?}");
        }
        assert!(told.is_empty(), "notifications of orders that nobody placed: {told:?}");
    }
}
