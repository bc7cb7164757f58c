//! A step as the model sees it before its answers: what may be true at some time in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde_json::Value;

use super::product::{Product, shows};
use super::{Model, Reply, is_reading};
use crate::history::{Basket, Details, Filter, Operation, Purchase, Step, Trouble};

/// What may be true during a step.
#[derive(Debug)]
pub struct Moment {
    /// Whether an answer may be missing.
    pub is_troubled: bool,
    /// Whether it changes nothing.
    pub is_reading: bool,
    /// Whether the time of holds ends in it.
    pub has_time_out: bool,
    /// Whether a sweep runs in it.
    pub has_sweep: bool,
    /// Orders that their customers cancel in it.
    pub cancelled: BTreeSet<Purchase>,
    /// Whether orders of it may be written while their function does not hear so. A failure meets whichever order of the step is
    /// written first.
    pub loses_outcomes: bool,
    /// What is ordered in it.
    pub ordered: BTreeMap<Purchase, Vec<Basket>>,
    products: BTreeMap<usize, Seen>,
}

/// What a product may be like.
#[derive(Debug)]
struct Seen {
    product: Product,
    details: Vec<Details>,
    /// Units in stock: the fewest and the most.
    stock: RangeInclusive<i64>,
}

impl Moment {
    pub(super) fn of(model: &Model, step: &Step) -> Self {
        let has = |test: fn(&Operation) -> bool| step.0.iter().any(test);
        let mut moment = Self {
            is_troubled: has(|operation| {
                matches!(operation, Operation::Order { trouble: Some(_), .. } | Operation::Kill(_) | Operation::Restart)
            }),
            is_reading: step.0.iter().all(is_reading),
            has_time_out: has(|operation| *operation == Operation::HoldsTimeOut),
            has_sweep: has(|operation| *operation == Operation::Sweep),
            cancelled: BTreeSet::new(),
            loses_outcomes: has(|operation| {
                matches!(operation, Operation::Order { trouble: Some(Trouble::OutcomeLost), .. })
            }),
            ordered: BTreeMap::new(),
            products: BTreeMap::new(),
        };
        for operation in &step.0 {
            match operation {
                Operation::Cancel { purchase, by } if *by == purchase.customer() => {
                    _ = moment.cancelled.insert(*purchase)
                }
                Operation::Order { purchase, basket, .. } => {
                    moment.ordered.entry(*purchase).or_default().push(basket.clone());
                }
                _ => {}
            }
        }
        for (number, product) in &model.products {
            let mut details = vec![product.details.clone()];
            details.extend(product.maybe.clone());
            let (mut fewest, mut most) =
                (product.units.first().copied().unwrap_or(0), product.units.last().copied().unwrap_or(0));
            for operation in &step.0 {
                match operation {
                    Operation::Edit { product: of, change } if of == number => {
                        details.extend(details.clone().iter().map(|details| details.edited(change)));
                    }
                    Operation::ChangeStock { product: of, by } if of == number => {
                        fewest += by.min(&0);
                        most += by.max(&0);
                    }
                    _ => {}
                }
            }
            let out = moment.units_out(model, *number);
            let stock = (fewest - out.end()).max(0)..=most - out.start();
            moment.products.insert(*number, Seen { product: product.clone(), details, stock });
        }
        moment
    }

    /// Units of a product that are held or sold: the fewest and the most. An order has one hold at a time.
    fn units_out(&self, model: &Model, product: usize) -> RangeInclusive<i64> {
        let (mut fewest, mut most) = (0, 0);
        let purchases: BTreeSet<&Purchase> = model.purchases.keys().chain(self.ordered.keys()).collect();
        for purchase in purchases {
            let requests = model.purchases.get(purchase);
            let ordered = self.ordered.get(purchase).into_iter().flatten().map(|basket| basket.units(product)).max();
            let asked = requests.map_or(0, |requests| requests.most_units(product));
            most += asked.max(ordered.unwrap_or(0));
            fewest += requests.map_or(0, |requests| requests.fewest_units(product, *purchase, self));
        }
        fewest..=most
    }

    /// # Panics
    /// More units are promised than there are.
    pub(super) fn assert_possible(&self) {
        for (number, seen) in &self.products {
            assert!(*seen.stock.end() >= 0, "more units of product {number} are sold than there are: {:?}", seen.stock);
        }
    }

    /// Units of a product in stock: the fewest and the most.
    pub fn stock(&self, product: usize) -> RangeInclusive<i64> {
        self.products.get(&product).map_or(0..=0, |seen| seen.stock.clone())
    }

    /// What a product may be like.
    pub fn details(&self, product: usize) -> &[Details] {
        self.products.get(&product).map_or(&[], |seen| &seen.details)
    }

    /// A product's id.
    pub fn id(&self, product: usize) -> &str {
        self.products.get(&product).map_or("", |seen| &seen.product.id)
    }

    /// Whether all products of a basket are for sale all the time.
    pub fn sells(&self, basket: &Basket) -> bool {
        basket.products().into_iter().all(|product| self.details(product).iter().all(|details| details.is_active))
    }

    pub(super) fn compare_product(&self, number: usize, reply: &Reply, categories: &[String]) {
        let Some(seen) = self.products.get(&number) else { return };
        if reply.is_unknown() {
            return;
        }
        let is_hidden = seen.details.iter().any(|details| !details.is_active);
        if reply.status == 404 && is_hidden {
            assert_eq!(reply.details()["productId"], seen.product.id.as_str(), "{reply:?}");
            return;
        }
        assert_eq!(reply.status, 200, "product {number}: {reply:?}");
        self.compare_row(seen, reply.data(), categories, |details| details.is_active);
    }

    fn compare_row(&self, seen: &Seen, shown: &Value, categories: &[String], is_right: impl Fn(&Details) -> bool) {
        let details = seen.details.iter().find(|details| is_right(details) && shows(details, shown, categories));
        let details = details.unwrap_or_else(|| panic!("{shown} is none of {:?}", seen.details)).clone();
        Product { details, ..seen.product.clone() }.compare(shown, seen.stock.clone(), categories);
    }

    /// Every row is a product that may match; if the list must be complete, all that match are there, newest first.
    pub(super) fn compare_list(&self, filter: &Filter, reply: &Reply, must_be_complete: bool, categories: &[String]) {
        if reply.is_unknown() {
            return;
        }
        assert_eq!(reply.status, 200, "{filter}: {reply:?}");
        let rows = reply.data().as_array().unwrap_or_else(|| panic!("{filter}: {reply:?}"));
        for row in rows {
            let seen = self.products.values().find(|seen| row["id"] == seen.product.id.as_str());
            let seen = seen.unwrap_or_else(|| panic!("{filter}: nobody created {row}"));
            self.compare_row(seen, row, categories, |details| filter.matches(details));
        }
        let listed: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
        assert!(listed.is_sorted_by(|one, next| one > next), "{filter}: not newest first: {listed:?}");
        if must_be_complete {
            let all = self.products.values().filter(|seen| filter.matches(&seen.product.details));
            let mut all: Vec<&str> = all.map(|seen| seen.product.id.as_str()).collect();
            all.sort_unstable_by(|one, other| other.cmp(one));
            assert_eq!(listed, all, "{filter}");
            assert_eq!(reply.body["meta"]["pagination"]["total"], all.len(), "{filter}: {reply:?}");
        }
    }
}
