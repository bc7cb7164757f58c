//! Records of one product that are repeated, late, left half done, or worked off beside each other lead to the same index.

use std::collections::BTreeMap;

use local_fuzz_inputs::cases;
use proptest::prelude::*;

use super::{Counted, Entry, Facts, Positions, Step, Target};
use crate::domain::product::Product;
use crate::domain::product::tests::{described, product};
use crate::domain::sale_state::SaleState;

/// What the index has of a product.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Index {
    entry: Option<Entry>,
    postings: BTreeMap<String, Facts>,
    rows: Positions,
    totals: BTreeMap<(bool, String), i64>,
}

impl Index {
    /// Writes a step, all of it or nothing, if the entry is still the one that was seen.
    fn write(&mut self, seen: Option<&Entry>, step: &Step) -> bool {
        if self.entry.as_ref().map(|entry| entry.step) != seen.map(|entry| entry.step) {
            return false;
        }
        for word in &step.delete {
            self.postings.remove(word);
        }
        for word in &step.put {
            self.postings.insert(word.clone(), step.entry.facts.clone().unwrap());
        }
        self.rows.retain(|list, position| step.delete_sorted.get(list) != Some(position));
        self.rows.extend(step.put_sorted.iter().flat_map(|rows| rows.positions.clone()));
        for (counted, by) in step.counts.iter().flat_map(|(before, after)| [(before, -1), (after, 1)]) {
            let Some(Counted { state, category }) = counted else { continue };
            *self.totals.entry((*state == SaleState::Active, category.as_str().to_owned())).or_default() += by;
        }
        self.entry = Some(step.entry.clone());
        true
    }

    /// What anyone sees of it.
    fn shown(mut self) -> Self {
        self.totals.retain(|_, total| *total != 0);
        Self { entry: None, ..self }
    }
}

/// An invocation that works a record off.
struct Worker<'a> {
    target: &'a Target,
    seen: Option<Entry>,
    is_done: bool,
}

impl<'a> Worker<'a> {
    fn new(target: &'a Target) -> Self {
        Self { target, seen: None, is_done: false }
    }

    /// One transaction.
    fn write(&mut self, index: &mut Index, max_postings: usize) {
        match self.seen.clone().unwrap_or_default().step_to(self.target, max_postings) {
            Some(step) if !self.is_done => {
                if index.write(self.seen.as_ref(), &step) {
                    (self.is_done, self.seen) = (step.last, Some(step.entry));
                } else {
                    self.seen = index.entry.clone();
                }
            }
            _ => self.is_done = true,
        }
    }
}

/// A product's life: other words, prices, categories and states, and at last its end.
fn targets(is_deleted: bool) -> Vec<Target> {
    let first = described("Desk lamp", "A lamp of brass");
    let renamed = Product { revision: 2, name: product("Desk light", "x", 1, 1).name, ..first.clone() };
    let hidden = Product { revision: 3, is_active: false, ..renamed.clone() };
    let moved = Product { revision: 4, category: product("x", "Garden", 1, 1).category, ..hidden.clone() };
    let shown = Product { revision: 5, is_active: true, name: first.name.clone(), ..moved.clone() };
    let dearer = Product { revision: 6, price: money::Price::from_cents(777).unwrap(), ..shown.clone() };
    let mut targets: Vec<Target> = [first, renamed, hidden, moved, shown, dearer].iter().map(Target::of).collect();
    targets.extend(is_deleted.then(|| Target::removed(6)));
    targets
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_deliveries_lead_to_the_latest_revision(
        is_deleted in any::<bool>(),
        max_postings in 1..12_usize,
        records in prop::collection::vec(0..7_usize, 1..8),
        turns in prop::collection::vec(0..8_usize, 0..80),
    ) {
        let targets = targets(is_deleted);
        let (mut index, mut expected) = (Index::default(), Index::default());
        let mut workers: Vec<Worker<'_>> =
            records.iter().map(|record| Worker::new(&targets[record % targets.len()])).collect();
        for turn in turns {
            let turn = turn % workers.len();
            workers[turn].write(&mut index, max_postings);
        }
        // What has not been worked off is delivered again, and what was killed may have sent one more transaction.
        for target in &targets {
            let mut again = Worker::new(target);
            while !again.is_done {
                again.write(&mut index, max_postings);
            }
        }
        for late in &mut workers {
            late.write(&mut index, max_postings);
        }
        let mut alone = Worker::new(targets.last().unwrap());
        while !alone.is_done {
            alone.write(&mut expected, 100);
        }
        prop_assert_eq!(index.shown(), expected.shown());
    }
}
