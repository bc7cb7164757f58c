//! What the index holds of one product, and the way from there to what it should hold.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::product::Product;
use crate::domain::text::Category;
use crate::domain::words::words;

/// What a posting tells beside its word and its product, so that a search can be narrowed down without reading the
/// products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The product's price in cents.
    pub price: u64,
    /// The product's category.
    pub category: Category,
}

/// A product that has a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The product's id.
    pub id: String,
    /// What else is known of it.
    #[serde(flatten)]
    pub facts: Facts,
}

/// What one image of a product wants the index to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of the image. A removal comes after every edit.
    pub revision: u64,
    /// What its postings tell; `None` if it is not for sale, and so not to be found.
    pub facts: Option<Facts>,
    /// Its words, if it is to be found.
    pub words: BTreeSet<String>,
}

impl Wanted {
    /// What a product wants.
    pub fn by(product: &Product) -> Self {
        if !product.is_active {
            return Self { revision: product.revision, facts: None, words: BTreeSet::new() };
        }
        let mut words = words(product.name.as_str());
        words.append(&mut self::words(product.description.as_str()));
        let facts = Facts { price: product.price.cents(), category: product.category.clone() };
        Self { revision: product.revision, facts: Some(facts), words }
    }

    /// What a product wants that was removed from its table when it was at `revision`.
    pub fn by_removal(revision: u64) -> Self {
        Self { revision: revision + 1, facts: None, words: BTreeSet::new() }
    }
}

/// What the index holds of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Of the image that is wholly indexed; 0 before the first is.
    pub revision: u64,
    /// Counts the transactions that wrote this entry.
    pub step: u64,
    /// The words of its postings that tell `facts`.
    pub words: BTreeSet<String>,
    /// The words of its postings that tell something else, or did.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stale: BTreeSet<String>,
    /// What the postings of `words` tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// The category it is counted in, if it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Category>,
}

/// One transaction's worth of the way: the entry after it, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The entry from now on.
    pub entry: Entry,
    /// Postings to write, all with the entry's facts.
    pub put: Vec<String>,
    /// Postings to delete.
    pub delete: Vec<String>,
    /// Where the product is counted no more, and where it is from now on, if that changed.
    pub counts: Option<(Option<Category>, Option<Category>)>,
    /// Whether the image is wholly indexed with this.
    pub last: bool,
}

impl Entry {
    /// The next step towards what is wanted, with at most `room` postings; `None` if this image was indexed before,
    /// or a later one.
    pub fn step_to(&self, wanted: &Wanted, room: usize) -> Option<Step> {
        if wanted.revision <= self.revision {
            return None;
        }
        let mut entry = Self { step: self.step + 1, ..self.clone() };
        if entry.facts != wanted.facts {
            entry.facts.clone_from(&wanted.facts);
            entry.stale.append(&mut entry.words);
        }
        let mut delete: Vec<String> = entry.words.union(&entry.stale).cloned().collect();
        delete.retain(|word| !wanted.words.contains(word));
        let mut put: Vec<String> = wanted.words.difference(&entry.words).cloned().collect();
        let last = delete.len() + put.len() <= room;
        delete.truncate(room);
        put.truncate(room - delete.len());

        for word in &delete {
            entry.words.remove(word);
            entry.stale.remove(word);
        }
        for word in &put {
            entry.stale.remove(word);
            entry.words.insert(word.clone());
        }
        let mut counts = None;
        if last {
            entry.revision = wanted.revision;
            let counted = wanted.facts.as_ref().map(|facts| facts.category.clone());
            if counted != entry.counted {
                counts = Some((std::mem::replace(&mut entry.counted, counted.clone()), counted));
            }
        }
        Some(Step { entry, put, delete, counts, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::{described, product};

    /// Takes every step; the postings there are in the end, with their facts, must be those the entry tells of.
    fn index(mut entry: Entry, wanted: &Wanted, room: usize) -> Entry {
        let mut postings: BTreeSet<String> = entry.words.union(&entry.stale).cloned().collect();
        while let Some(step) = entry.step_to(wanted, room) {
            assert!(step.put.len() + step.delete.len() <= room);
            assert_eq!(step.last, step.entry.revision == wanted.revision);
            for word in &step.delete {
                assert!(postings.remove(word), "{word} was not there");
            }
            postings.extend(step.put.iter().cloned());
            entry = step.entry;
            let told: BTreeSet<String> = entry.words.union(&entry.stale).cloned().collect();
            assert_eq!(postings, told);
        }
        entry
    }

    fn numbered(from: usize, to: usize) -> String {
        (from..to).map(|number| format!("w{number} ")).collect()
    }

    #[test]
    fn a_product_is_found_by_the_words_of_its_name_and_description() {
        let wanted = Wanted::by(&described("Desk lamp", "A lamp."));
        assert_eq!(wanted.words, BTreeSet::from(["a", "desk", "lamp"].map(str::to_owned)));
        let step = Entry::default().step_to(&wanted, 96).unwrap();
        assert_eq!((step.put.len(), step.delete.len(), step.last), (3, 0, true));
        assert_eq!(step.counts, Some((None, Some(wanted.facts.unwrap().category))));
    }

    #[test]
    fn the_way_is_the_same_in_steps_of_any_size() {
        let first = described("Lamp", &numbered(0, 300));
        let mut second = described("Lamp", &numbered(200, 500));
        second.revision = 2;
        let mut third = second.clone();
        (third.revision, third.price) = (3, money::Price::from_cents(777).unwrap());
        let mut gone = third.clone();
        (gone.revision, gone.is_active) = (4, false);
        let ways = [1, 7, 96, 10_000].map(|room| {
            let mut entry = Entry::default();
            let mut seen = Vec::new();
            for image in [&first, &second, &third, &gone] {
                entry = index(entry, &Wanted::by(image), room);
                seen.push((entry.words.len(), entry.stale.len(), entry.facts.clone(), entry.counted.clone()));
            }
            seen
        });
        assert!(ways.iter().all(|way| *way == ways[0]));
        assert_eq!(ways[0].iter().map(|seen| seen.0).collect::<Vec<_>>(), [301, 301, 301, 0]);
        assert_eq!(ways[0][3], (0, 0, None, None));
    }

    #[test]
    fn a_way_left_half_done_is_taken_up_by_any_later_image() {
        let first = described("Lamp", &numbered(0, 50));
        let half = Entry::default().step_to(&Wanted::by(&first), 10).unwrap().entry;
        assert_eq!((half.revision, half.words.len(), half.counted.as_ref()), (0, 10, None));
        let later = Product { revision: 2, ..described("Chair", "") };
        let entry = index(half, &Wanted::by(&later), 10);
        assert_eq!(entry.words, BTreeSet::from(["chair".to_owned()]));
        assert!(entry.counted.is_some());
    }

    #[test]
    fn an_older_image_does_not_undo_a_newer_one() {
        let first = product("Lamp", "Light", 100, 1);
        let second = Product { revision: 2, is_active: false, ..first.clone() };
        let entry = index(Entry::default(), &Wanted::by(&second), 96);
        assert_eq!(entry.step_to(&Wanted::by(&first), 96), None);
        assert_eq!(entry.step_to(&Wanted::by(&second), 96), None);
        let removed = index(entry, &Wanted::by_removal(2), 96);
        assert_eq!(removed.step_to(&Wanted::by(&Product { is_active: true, ..second }), 96), None);
    }

    #[test]
    fn only_a_change_of_category_or_of_being_for_sale_changes_counts() {
        let first = product("Lamp", "Light", 100, 1);
        let entry = index(Entry::default(), &Wanted::by(&first), 96);
        let renamed = Product { revision: 2, name: product("Lantern", "Light", 1, 1).name, ..first.clone() };
        assert_eq!(entry.step_to(&Wanted::by(&renamed), 96).unwrap().counts, None);
        let moved = Product { revision: 2, category: product("x", "Garden", 1, 1).category, ..first.clone() };
        let counts = entry.step_to(&Wanted::by(&moved), 96).unwrap().counts;
        assert_eq!(counts, Some((Some(first.category), Some(moved.category))));
    }
}
