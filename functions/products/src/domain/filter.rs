//! Which products a list contains.

use envelope::decode::FromQuery;
use money::{Bound, Price};

use crate::domain::product::Product;
use crate::domain::sale_state::{SaleState, Shown};
use crate::domain::text::Category;
use crate::domain::words::Words;

/// The conditions that a listed product meets, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whether it is for sale.
    pub shown: Shown,
    /// Its category.
    pub category: Option<Category>,
    /// The range its price is in.
    pub prices: Option<PriceRange>,
    /// The words that its name and description have.
    pub search: Option<Search>,
}

/// A range of prices in cents, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// The lowest price.
    pub min: u64,
    /// The highest price.
    pub max: u64,
}

impl PriceRange {
    /// The range between two bounds; `None` without either. A missing `max` is the highest price there can be, or `min`
    /// if that is higher: DynamoDB refuses a range whose ends are the wrong way round.
    pub fn between(min: Option<Bound>, max: Option<Bound>) -> Option<Self> {
        (min.is_some() || max.is_some()).then(|| {
            let min = min.map_or(0, Bound::cents);
            Self { min, max: max.map_or(Price::MAX.cents().max(min), Bound::cents) }
        })
    }

    /// Whether a price is in the range.
    pub fn contains(self, cents: u64) -> bool {
        (self.min..=self.max).contains(&cents)
    }
}

/// The words that are searched for: one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    words: Words,
    /// What is looked up for them.
    terms: Vec<String>,
}

impl Search {
    /// The longest search, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 200;

    /// The words of a text; `None` if it has none, and so filters nothing.
    pub fn of(text: &str) -> Option<Self> {
        let words = Words::of(text);
        let mut terms: Vec<String> = words.to_look_up().into_iter().collect();
        // Long words are rarer, and the search looks for the rarest word among the first.
        terms.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
        (!terms.is_empty()).then_some(Self { words, terms })
    }

    /// What to look up, longest first. A product that has the words has all of it.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Whether a product that has all the terms has the words too.
    pub fn is_told_by_terms(&self) -> bool {
        self.words.long_runs().next().is_none()
    }

    /// Whether a product has all the words.
    pub fn matches(&self, product: &Product) -> bool {
        product.words().contain(&self.words)
    }
}

/// The query parameter `search`: any text, with or without words in it.
#[derive(Debug)]
pub struct SearchParameter(pub Option<Search>);

impl FromQuery for SearchParameter {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        if text.len() > Search::MAX_BYTES {
            return Err(("TOO_LONG", format!("must be at most {} bytes", Search::MAX_BYTES)));
        }
        Ok(Self(Search::of(text)))
    }
}

impl Filter {
    /// Whether a product that an index found for this filter still matches it: the index trails the product.
    pub fn still_matches(&self, product: &Product) -> bool {
        self.shown.states().contains(&SaleState::of(product))
            && self.category.as_ref().is_none_or(|category| *category == product.category)
            && self.prices.is_none_or(|prices| prices.contains(product.price.cents()))
            && self.search.as_ref().is_none_or(|search| search.matches(product))
    }

    /// The name of the filtered list, which its cursors are bound to.
    pub fn list_name(&self) -> Vec<String> {
        let prices = self.prices.map(|PriceRange { min, max }| format!("{min}-{max}"));
        let search = self.search.iter().flat_map(|search| {
            let runs = search.words.long_runs().map(<[String]>::concat);
            search.terms.iter().cloned().chain(runs)
        });
        let mut name = vec![self.shown.list_name().to_owned(), prices.unwrap_or_default()];
        name.push(self.category.as_ref().map_or_else(String::new, |category| category.as_str().to_owned()));
        name.extend(search);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::text::CategoryParameter;

    #[test]
    fn a_range_includes_both_ends_and_either_may_be_open() {
        let prices = PriceRange::between(Some(Bound::from_cents(5)), Some(Bound::from_cents(7))).unwrap();
        assert_eq!([4, 5, 7, 8].map(|cents| prices.contains(cents)), [false, true, true, false]);
        assert_eq!(PriceRange::between(None, None), None);
        let open = PriceRange::between(Some(Bound::from_cents(5)), None).unwrap();
        assert!(open.contains(Price::MAX.cents()) && !open.contains(4));
    }

    #[test]
    fn a_minimum_above_all_prices_matches_nothing() {
        let above = Bound::from_cents(Price::MAX.cents() + 1);
        let prices = PriceRange::between(Some(above), None).unwrap();
        assert_eq!(prices, PriceRange { min: above.cents(), max: above.cents() });
        assert!(!prices.contains(Price::MAX.cents()));
    }

    #[test]
    fn a_search_without_words_filters_nothing() {
        assert_eq!(Search::of(" …!"), None);
        assert_eq!(Search::of("a lamp A").unwrap().terms(), ["lamp", "a"]);
        let found = SearchParameter::from_query(&"x".repeat(Search::MAX_BYTES)).unwrap().0;
        assert_eq!(found, Search::of(&"x".repeat(Search::MAX_BYTES)));
        assert!(SearchParameter::from_query(&"x".repeat(Search::MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn only_a_run_of_three_letters_and_more_is_compared_with_the_product() {
        for (text, is_told_by_terms) in [("lamp", true), ("台灯", true), ("台灯泡", false)] {
            assert_eq!(Search::of(text).unwrap().is_told_by_terms(), is_told_by_terms, "{text}");
        }
        let search = Search::of("台灯泡").unwrap();
        assert!(search.matches(&product("红台灯泡", "Light", 500, 1)));
        // It has both pairs, and so all the terms.
        assert!(!search.matches(&product("台灯 灯泡", "Light", 500, 1)));
    }

    #[test]
    fn an_edited_product_that_no_longer_matches_is_left_out() {
        let lamp = product("Lamp", "Light", 500, 1);
        let filter = Filter {
            shown: Shown::Active,
            category: Some(lamp.category.clone()),
            prices: Some(PriceRange { min: 500, max: 500 }),
            search: Search::of("lamp"),
        };
        assert!(filter.still_matches(&lamp));
        assert!(!filter.still_matches(&product("Lamps", "Light", 500, 1)));
        let hidden = Product { is_active: false, ..lamp.clone() };
        assert!(!filter.still_matches(&hidden));
        let inactive = Filter { shown: Shown::Inactive, ..filter.clone() };
        assert!(inactive.still_matches(&hidden) && !inactive.still_matches(&lamp));
        let everything = Filter { shown: Shown::Everything, ..filter.clone() };
        assert!(everything.still_matches(&hidden) && everything.still_matches(&lamp));
        assert!(!filter.still_matches(&Product { price: Price::from_cents(501).unwrap(), ..lamp }));
        assert!(!filter.still_matches(&product("Lamp", "Lights", 500, 1)));
    }

    #[test]
    fn every_list_has_a_name_of_its_own() {
        let filter = |category: Option<&str>, search: Option<&str>| Filter {
            shown: Shown::Active,
            category: category.and_then(|text| CategoryParameter::from_query(text).unwrap().0),
            search: search.and_then(Search::of),
            prices: None,
        };
        let names = [
            filter(None, None).list_name(),
            filter(Some("a"), None).list_name(),
            filter(Some("b"), None).list_name(),
            filter(None, Some("a")).list_name(),
            filter(Some("a"), Some("b")).list_name(),
            Filter { prices: Some(PriceRange { min: 0, max: 1 }), ..filter(None, None) }.list_name(),
            Filter { shown: Shown::Inactive, ..filter(None, None) }.list_name(),
            Filter { shown: Shown::Everything, ..filter(None, None) }.list_name(),
        ];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[at + 1..].contains(name));
        }
    }
}
