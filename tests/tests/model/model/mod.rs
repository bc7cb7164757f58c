//! What the shop must say: plain maps of what was asked for and answered.
//!
//! Operations of one step happen at the same time, an order may be asked for again, and an answer may be lost. So the model
//! knows for each answer all that would be right: a product as it was before or after an edit of this step, a range of
//! units in stock, an order that may have expired because its time was over and a sweep came. It panics at any other.

mod asking;
mod end;
mod moment;
mod order;
mod product;
mod purchase;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use moment::Moment;
use product::Product;
pub use purchase::{Placed, Requests, address};

use crate::history::{Basket, CATEGORIES, Operation, Purchase, Step};

/// An answer over HTTP, or that there was none.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status; 0 if there was no answer, because something was killed.
    pub status: u16,
    /// Whether it has `Idempotency-Replayed`.
    pub is_replayed: bool,
    /// The body.
    pub body: Value,
}

impl Reply {
    /// Whether nobody knows what became of the request.
    fn is_unknown(&self) -> bool {
        matches!(self.status, 0 | 502..=504)
    }

    fn data(&self) -> &Value {
        &self.body["data"]
    }

    fn details(&self) -> &Value {
        &self.body["error"]["details"]
    }

    /// Whether it is this error.
    fn is(&self, status: u16, code: &str) -> bool {
        self.status == status && self.body["error"]["code"] == code
    }
}

/// What the shop must be like.
#[derive(Debug)]
pub struct Model {
    /// Names of the categories, of this history alone.
    pub categories: [String; CATEGORIES.len()],
    /// By number.
    pub products: BTreeMap<usize, Product>,
    /// What was asked for, by purchase.
    pub purchases: BTreeMap<Purchase, Requests>,
    /// Ids of notifications that were marked as read; false if nobody knows.
    pub read: BTreeMap<String, bool>,
    /// Whether all events were handled and nothing was asked for since.
    pub is_quiet: bool,
}

impl Model {
    /// An empty shop. `suffix` makes its categories its own.
    pub fn new(suffix: &str) -> Self {
        Self {
            categories: CATEGORIES.map(|name| format!("{name}-{suffix}")),
            products: BTreeMap::new(),
            purchases: BTreeMap::new(),
            read: BTreeMap::new(),
            is_quiet: true,
        }
    }

    /// Compares the answers of a step (none for an operation that did nothing) with what they may be, and takes in what
    /// they say.
    ///
    /// # Panics
    /// An answer is not right.
    pub fn take_in(&mut self, step: &Step, replies: &[Option<Reply>]) {
        let moment = Moment::of(self, step);
        moment.assert_possible();
        let answered =
            || step.0.iter().zip(replies).filter_map(|(operation, reply)| Some((operation, reply.as_ref()?)));
        for (operation, reply) in answered() {
            assert!(!reply.is_unknown() || moment.is_troubled, "{operation}: nothing went wrong, and yet: {reply:?}");
            self.compare(operation, reply, &moment);
        }
        let earlier = self.purchases.clone();
        for requests in self.purchases.values_mut() {
            requests.pass_time(&moment);
        }
        let mut orders: BTreeMap<Purchase, Vec<(&Basket, &Reply)>> = BTreeMap::new();
        for (operation, reply) in answered() {
            if let Operation::Order { purchase, basket, .. } = operation {
                orders.entry(*purchase).or_default().push((basket, reply));
            }
        }
        for (purchase, asked) in orders {
            let earlier = earlier.get(&purchase).cloned().unwrap_or_default();
            self.take_in_orders(purchase, &asked, &earlier, &moment);
        }
        self.take_in_cancellations(&answered().collect::<Vec<_>>(), &moment);
        self.is_quiet &= step.0.iter().all(is_reading);
    }

    /// Compares the answer of an operation that is judged by itself.
    fn compare(&mut self, operation: &Operation, reply: &Reply, moment: &Moment) {
        match operation {
            Operation::Offer { product, details, stock } => {
                let product = self.products.entry(*product).or_insert_with(|| Product::new(details.clone(), *stock));
                product.take_in_offer(reply, &self.categories);
            }
            Operation::Edit { product, change } => {
                let bounds = moment.stock(*product);
                let product = self.products.entry(*product);
                product.and_modify(|product| product.take_in_edit(change, reply, bounds, &self.categories));
            }
            Operation::ChangeStock { product, by } => {
                let bounds = moment.stock(*product);
                self.products.entry(*product).and_modify(|product| product.take_in_stock_change(*by, reply, bounds));
            }
            Operation::ShowProduct { product } => moment.compare_product(*product, reply, &self.categories),
            Operation::Browse(filter) => {
                let must_be_complete = self.is_quiet && moment.is_reading;
                moment.compare_list(filter, reply, must_be_complete, &self.categories);
            }
            Operation::ShowOrder { purchase, by } => self.compare_order(*purchase, *by, reply, moment),
            Operation::ListOrders { customer } => self.compare_orders(*customer, reply, moment),
            Operation::MarkRead { .. } => self.take_in_reading(reply),
            _ => {}
        }
    }

    fn take_in_reading(&mut self, reply: &Reply) {
        if let Some(id) = reply.body["asked"].as_str() {
            assert!(reply.is_unknown() || reply.status == 200, "{reply:?}");
            assert!(reply.is_unknown() || reply.data()["read"] == true, "{reply:?}");
            let is_known = self.read.entry(id.to_owned()).or_default();
            *is_known |= reply.status == 200;
        }
    }

    /// Purchases whose order is known and not decided, as far as the model knows.
    pub fn undecided(&self) -> Vec<(Purchase, String)> {
        let undecided = |(purchase, requests): (&Purchase, &Requests)| {
            let placed = requests.placed.as_ref().filter(|placed| placed.decided.is_none())?;
            Some((*purchase, placed.id.clone()))
        };
        self.purchases.iter().filter_map(undecided).collect()
    }

    /// Takes in the state of an order when all events are handled.
    ///
    /// # Panics
    /// It can't be that.
    pub fn decide(&mut self, purchase: Purchase, order: &Value) {
        let moment = Moment::of(self, &Step(Vec::new()));
        let placed = self.purchases.get_mut(&purchase).and_then(|requests| requests.placed.as_mut());
        let placed = placed.unwrap_or_else(|| panic!("{purchase} is not placed"));
        placed.compare(purchase, order, &moment);
        placed.decide(purchase, order);
    }

    /// Products whose last edit may or may not have been made.
    pub fn unsure_products(&self) -> Vec<(usize, String)> {
        let unsure = self.products.iter().filter(|(_, product)| product.maybe.is_some());
        unsure.map(|(number, product)| (*number, product.id.clone())).collect()
    }

    /// Takes in what a product is like.
    ///
    /// # Panics
    /// It can't be that.
    pub fn settle_product(&mut self, number: usize, shown: &Value) {
        let categories = &self.categories;
        self.products.entry(number).and_modify(|product| product.settle(shown, categories));
    }

    /// The ids of a customer's orders.
    fn placed_ids(&self, customer: usize) -> BTreeSet<&str> {
        let of = self.purchases.iter().filter(|(purchase, _)| purchase.customer() == customer);
        of.filter_map(|(_, requests)| Some(requests.placed.as_ref()?.id.as_str())).collect()
    }
}

/// Whether it changes nothing.
fn is_reading(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::ShowProduct { .. }
            | Operation::ShowOrder { .. }
            | Operation::ListOrders { .. }
            | Operation::Browse(_)
    )
}
