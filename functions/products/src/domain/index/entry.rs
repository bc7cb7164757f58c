//! What the index holds of one product, and the steps from there to its target.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Facts, Positions, SortedRows, Target};
use crate::domain::sale_state::SaleState;
use crate::domain::text::Category;

/// What the index holds of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Revision of the product that is completely indexed; 0 before the first.
    pub revision: u64,
    /// Number of transactions that have written this entry: each is conditional on the one before.
    pub step: u64,
    /// Words whose postings have `facts`.
    pub words: BTreeSet<String>,
    /// Words whose postings have earlier facts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stale: BTreeSet<String>,
    /// The facts of the product; `None` if it is not to be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// The category whose total of products for sale counts it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Category>,
    /// The category whose total of products not for sale counts it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_inactive: Option<Category>,
    /// Where its rows in sorted lists are.
    #[serde(default, skip_serializing_if = "Positions::is_empty")]
    pub sorted: Positions,
}

/// The total that counts a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The state of the products that it counts.
    pub state: SaleState,
    /// Their category.
    pub category: Category,
}

/// One transaction on the way to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The entry after it.
    pub entry: Entry,
    /// Words whose postings it writes, with the entry's facts.
    pub put: Vec<String>,
    /// Words whose postings it deletes.
    pub delete: Vec<String>,
    /// The total that counted the product and the one that counts it now, if they differ.
    pub counts: Option<(Option<Counted>, Option<Counted>)>,
    /// The rows of sorted lists that it writes.
    pub put_sorted: Option<SortedRows>,
    /// The rows of sorted lists that it deletes.
    pub delete_sorted: Positions,
    /// Whether the target is reached with it.
    pub last: bool,
}

impl Entry {
    /// The next step towards `target`, with at most `max_postings`; `None` if this revision or a later one is indexed.
    pub fn step_to(&self, target: &Target, max_postings: usize) -> Option<Step> {
        if target.revision <= self.revision {
            return None;
        }
        let mut entry = Self { step: self.step + 1, ..self.clone() };
        if entry.facts != target.facts {
            entry.facts.clone_from(&target.facts);
            entry.stale.append(&mut entry.words);
        }
        let mut delete: Vec<String> = entry.words.union(&entry.stale).cloned().collect();
        delete.retain(|word| !target.words.contains(word));
        let mut put: Vec<String> = target.words.difference(&entry.words).cloned().collect();
        let last = delete.len() + put.len() <= max_postings;
        delete.truncate(max_postings);
        put.truncate(max_postings - delete.len());

        for word in &delete {
            entry.words.remove(word);
            entry.stale.remove(word);
        }
        for word in &put {
            entry.stale.remove(word);
            entry.words.insert(word.clone());
        }
        let (mut counts, mut put_sorted, mut delete_sorted) = (None, None, Positions::new());
        if last {
            entry.revision = target.revision;
            let (before, category) = (entry.counted(), target.facts.as_ref().map(|facts| facts.category.clone()));
            (entry.counted, entry.counted_inactive) = match target.state {
                SaleState::Active => (category, None),
                SaleState::Inactive => (None, category),
            };
            let after = entry.counted();
            counts = (before != after).then_some((before, after));
            let positions = target.sorted.as_ref().map(|rows| rows.positions.clone()).unwrap_or_default();
            if positions != entry.sorted {
                put_sorted.clone_from(&target.sorted);
                delete_sorted = std::mem::replace(&mut entry.sorted, positions);
                // A row at the same place is overwritten.
                delete_sorted.retain(|list, position| entry.sorted.get(list) != Some(position));
            }
        }
        Some(Step { entry, put, delete, counts, put_sorted, delete_sorted, last })
    }

    /// The total that counts the product.
    fn counted(&self) -> Option<Counted> {
        let counted = |state, category: &Option<Category>| Some(Counted { state, category: category.clone()? });
        counted(SaleState::Active, &self.counted).or_else(|| counted(SaleState::Inactive, &self.counted_inactive))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::Product;
    use crate::domain::product::tests::{described, product};

    /// Takes every step. After each one the postings must be those that the entry records.
    fn index(mut entry: Entry, target: &Target, max_postings: usize) -> Entry {
        let mut postings: BTreeSet<String> = entry.words.union(&entry.stale).cloned().collect();
        while let Some(step) = entry.step_to(target, max_postings) {
            assert!(step.put.len() + step.delete.len() <= max_postings);
            assert_eq!(step.last, step.entry.revision == target.revision);
            assert_eq!(step.entry.step, entry.step + 1);
            for word in &step.delete {
                assert!(postings.remove(word), "{word} was not there");
            }
            postings.extend(step.put.iter().cloned());
            entry = step.entry;
            let recorded: BTreeSet<String> = entry.words.union(&entry.stale).cloned().collect();
            assert_eq!(postings, recorded);
        }
        entry
    }

    #[test]
    fn postings_tell_the_facts_of_the_latest_revision_only() {
        let first = described("Lamp", "");
        let entry = index(Entry::default(), &Target::of(&first), 96);
        let longer = Product { revision: 2, description: described("x", "Brass").description, ..first.clone() };
        let step = entry.step_to(&Target::of(&longer), 96).unwrap();
        assert_eq!((step.put, step.delete), (vec!["brass".to_owned()], vec![]), "the words that stay have their facts");
        let renamed = Product { revision: 2, name: product("Lamp, red", "x", 1, 1).name, ..first.clone() };
        let step = entry.step_to(&Target::of(&renamed), 96).unwrap();
        assert_eq!(step.put, ["lamp", "red"], "the name is written again");
        let dearer = Product { revision: 2, price: money::Price::from_cents(101).unwrap(), ..first };
        let step = entry.step_to(&Target::of(&dearer), 96).unwrap();
        assert_eq!((step.put, step.delete), (vec!["lamp".to_owned()], vec![]), "the price is written again");
    }

    #[test]
    fn a_deleted_product_is_of_a_later_revision_than_its_last() {
        let entry = index(Entry::default(), &Target::of(&described("Lamp", "")), 96);
        let removed = Target::removed(7);
        assert_eq!((removed.revision, removed.facts, removed.words.len()), (8, None, 0));
        let gone = index(entry, &Target::removed(1), 96);
        assert_eq!((gone.words.len(), gone.counted, gone.revision), (0, None, 2));
    }

    fn active(category: Category) -> Option<Counted> {
        Some(Counted { state: SaleState::Active, category })
    }

    fn numbered(from: usize, to: usize) -> String {
        (from..to).map(|number| format!("w{number} ")).collect()
    }

    #[test]
    fn a_product_is_found_by_the_words_of_its_name_and_description() {
        let target = Target::of(&described("Desk lamp", "A lamp."));
        assert_eq!(target.words, BTreeSet::from(["a", "desk", "lamp"].map(str::to_owned)));
        let step = Entry::default().step_to(&target, 96).unwrap();
        assert_eq!((step.put.len(), step.delete.len(), step.last), (3, 0, true));
        let category = target.facts.unwrap().category;
        assert_eq!(step.counts, Some((None, active(category))));
    }

    #[test]
    fn steps_of_any_size_lead_to_the_same_entry() {
        let first = described("Lamp", &numbered(0, 300));
        let mut second = described("Lamp", &numbered(200, 500));
        second.revision = 2;
        let mut third = second.clone();
        (third.revision, third.price) = (3, money::Price::from_cents(777).unwrap());
        let mut gone = third.clone();
        (gone.revision, gone.is_active) = (4, false);
        let ways = [1, 7, 96, 10_000].map(|max_postings| {
            let mut entry = Entry::default();
            let mut seen = Vec::new();
            for image in [&first, &second, &third, &gone] {
                entry = index(entry, &Target::of(image), max_postings);
                seen.push((entry.words.len(), entry.stale.len(), entry.facts.clone(), entry.counted.clone()));
            }
            seen
        });
        assert!(ways.iter().all(|way| *way == ways[0]));
        assert_eq!(ways[0].iter().map(|seen| seen.0).collect::<Vec<_>>(), [301, 301, 301, 301]);
        assert_eq!((ways[0][3].1, &ways[0][3].3), (0, &None), "it is not counted among what is for sale");
    }

    #[test]
    fn any_later_revision_goes_on_from_a_half_done_step() {
        let first = described("Lamp", &numbered(0, 50));
        let half = Entry::default().step_to(&Target::of(&first), 10).unwrap().entry;
        assert_eq!((half.revision, half.words.len(), half.counted.as_ref()), (0, 10, None));
        let later = Product { revision: 2, ..described("Chair", "") };
        let entry = index(half, &Target::of(&later), 10);
        assert_eq!(entry.words, BTreeSet::from(["chair".to_owned()]));
        assert!(entry.counted.is_some());
    }

    #[test]
    fn an_older_revision_does_not_undo_a_newer_one() {
        let first = product("Lamp", "Light", 100, 1);
        let second = Product { revision: 2, is_active: false, ..first.clone() };
        let entry = index(Entry::default(), &Target::of(&second), 96);
        assert_eq!(entry.step_to(&Target::of(&first), 96), None);
        assert_eq!(entry.step_to(&Target::of(&second), 96), None);
        let removed = index(entry, &Target::removed(2), 96);
        assert_eq!(removed.step_to(&Target::of(&Product { is_active: true, ..second }), 96), None);
    }

    #[test]
    fn only_the_category_and_being_for_sale_change_the_totals() {
        let first = product("Lamp", "Light", 100, 1);
        let entry = index(Entry::default(), &Target::of(&first), 96);
        let renamed = Product { revision: 2, name: product("Lantern", "Light", 1, 1).name, ..first.clone() };
        assert_eq!(entry.step_to(&Target::of(&renamed), 96).unwrap().counts, None);
        let moved = Product { revision: 2, category: product("x", "Garden", 1, 1).category, ..first.clone() };
        let counts = entry.step_to(&Target::of(&moved), 96).unwrap().counts;
        assert_eq!(counts, Some((active(first.category), active(moved.category))));
    }
}
