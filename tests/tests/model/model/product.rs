//! A product of the model.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::Reply;
use crate::history::{Change, Details};

/// A product as it was created and edited.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// What it is like.
    pub details: Details,
    /// What it is like instead, if an edit without an answer was made.
    pub maybe: Option<Details>,
    /// Units that were ever counted in, less those counted out: several numbers if an answer is missing. They are in stock,
    /// held or sold.
    pub units: BTreeSet<i64>,
    /// When it was created.
    pub(super) created_at: Value,
}

impl Product {
    pub(super) fn new(details: Details, stock: i64) -> Self {
        let (id, created_at) = (String::new(), Value::Null);
        Self { id, details, maybe: None, units: BTreeSet::from([stock]), created_at }
    }

    pub(super) fn take_in_offer(&mut self, reply: &Reply, categories: &[String]) {
        assert_eq!(reply.status, 201, "{reply:?}");
        let data = reply.data();
        self.id = data["id"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned();
        self.created_at = data["createdAt"].clone();
        assert!(shows(&self.details, data, categories), "{data} is not {:?}", self.details);
        assert_eq!(data["stock"].as_i64(), self.units.first().copied(), "{data}");
    }

    pub(super) fn take_in_edit(
        &mut self,
        change: &Change,
        reply: &Reply,
        stock: RangeInclusive<i64>,
        categories: &[String],
    ) {
        let edited = self.details.edited(change);
        if reply.is_unknown() {
            self.maybe = Some(edited);
            return;
        }
        assert_eq!(reply.status, 200, "{reply:?}");
        self.details = edited;
        self.compare(reply.data(), stock, categories);
    }

    pub(super) fn take_in_stock_change(&mut self, by: i64, reply: &Reply, stock: RangeInclusive<i64>) {
        let changed = |units: &BTreeSet<i64>| units.iter().map(|units| units + by).collect::<BTreeSet<i64>>();
        let within = |value: &Value| value.as_i64().filter(|units| stock.contains(units));
        if reply.is_unknown() {
            self.units.append(&mut changed(&self.units));
        } else if reply.status == 200 {
            let data = reply.data();
            let previous = within(&data["previousStock"]);
            let previous = previous.unwrap_or_else(|| panic!("{data}: there were {stock:?} in stock"));
            assert_eq!(data["newStock"].as_i64(), Some(previous + by), "{data}");
            self.units = changed(&self.units);
        } else {
            assert!(reply.is(400, "INSUFFICIENT_STOCK"), "{reply:?}");
            let details = reply.details();
            let current = within(&details["currentStock"]);
            let current = current.unwrap_or_else(|| panic!("{details}: there are {stock:?} in stock"));
            assert!(current + by < 0 && details["requestedChange"] == by, "{details}: by {by}");
        }
    }

    /// Whether this is the product, as it is now.
    pub(super) fn compare(&self, shown: &Value, stock: RangeInclusive<i64>, categories: &[String]) {
        assert_eq!((&shown["id"], &shown["createdAt"]), (&Value::from(self.id.as_str()), &self.created_at), "{shown}");
        assert!(shows(&self.details, shown, categories), "{shown} is not {:?}", self.details);
        let units = shown["stock"].as_i64();
        assert!(units.is_some_and(|units| stock.contains(&units)), "{shown}: there are {stock:?} in stock");
    }

    /// Finds out whether an edit without an answer was made.
    pub(super) fn settle(&mut self, shown: &Value, categories: &[String]) {
        if let Some(maybe) = self.maybe.take()
            && shows(&maybe, shown, categories)
        {
            self.details = maybe;
        }
        assert!(shows(&self.details, shown, categories), "{shown} is not {:?}", self.details);
    }
}

/// Whether a product in an answer has these details.
pub(super) fn shows(details: &Details, shown: &Value, categories: &[String]) -> bool {
    shown["name"] == details.name.as_str()
        && shown["description"] == details.description.as_str()
        && cents(&shown["price"]) == Some(details.price)
        && shown["category"] == categories[details.category].as_str()
        && shown["isActive"] == details.is_active
}

/// The cents of an amount with at most two decimals.
pub(super) fn cents(amount: &Value) -> Option<u64> {
    let text = amount.as_number()?.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<2}").parse().ok().filter(|_| fraction.len() <= 2)
}
