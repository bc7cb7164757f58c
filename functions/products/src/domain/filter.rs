//! Which products a list is about.

use envelope::decode::FromQuery;
use money::{Bound, Price};

use crate::domain::product::Product;
use crate::domain::text::Category;
use crate::domain::words::words;

/// What a list is narrowed down to. All that is given has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The one category.
    pub category: Option<Category>,
    /// The prices.
    pub prices: Option<Prices>,
    /// What is searched for.
    pub search: Option<Search>,
}

/// A range of prices, both ends in it, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// The lowest.
    pub least: u64,
    /// The highest.
    pub most: u64,
}

impl Prices {
    /// The range between the ends that are given; `None` if neither is. It is never upside down, which DynamoDB would
    /// refuse to look through: from a lowest price above all prices it is open to nothing.
    pub fn between(least: Option<Bound>, most: Option<Bound>) -> Option<Self> {
        (least.is_some() || most.is_some()).then(|| {
            let least = least.map_or(0, Bound::cents);
            Self { least, most: most.map_or(Price::MAX.cents().max(least), Bound::cents) }
        })
    }

    /// Whether a price is in it.
    pub fn contain(self, cents: u64) -> bool {
        (self.least..=self.most).contains(&cents)
    }
}

/// The words that are searched for, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(Vec<String>);

impl Search {
    /// Bytes that a search has at most.
    pub const MAX_BYTES: usize = 200;

    /// The words of a text; `None` if it has none, and so asks for nothing.
    pub fn of(text: &str) -> Option<Self> {
        let mut words: Vec<String> = words(text).into_iter().collect();
        // Long words are rarer than short ones: the search begins with those.
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        (!words.is_empty()).then_some(Self(words))
    }

    /// The words, the longest first.
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

/// What a client searches for, words or none.
#[derive(Debug)]
pub struct SearchText(pub Option<Search>);

impl FromQuery for SearchText {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        if text.len() > Search::MAX_BYTES {
            return Err(("TOO_LONG", format!("must be at most {} bytes", Search::MAX_BYTES)));
        }
        Ok(Self(Search::of(text)))
    }
}

impl Filter {
    /// Whether a product is still one of those that were found a moment ago by an index. (Its words are not looked
    /// at again.)
    pub fn still_takes(&self, product: &Product) -> bool {
        product.is_active
            && self.category.as_ref().is_none_or(|category| *category == product.category)
            && self.prices.is_none_or(|prices| prices.contain(product.price.cents()))
    }

    /// A name for the list, which its cursors carry: a cursor of one list is none of another.
    pub fn name(&self) -> Vec<String> {
        let prices = self.prices.map(|Prices { least, most }| format!("{least}-{most}"));
        let search = self.search.iter().flat_map(|search| search.words());
        let mut name = vec!["products".to_owned(), prices.unwrap_or_default()];
        name.push(self.category.as_ref().map_or_else(String::new, |category| category.as_str().to_owned()));
        name.extend(search.cloned());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::text::CategoryText;

    #[test]
    fn both_ends_of_a_range_are_in_it_and_either_may_be_open() {
        let prices = Prices::between(Some(Bound::from_cents(5)), Some(Bound::from_cents(7))).unwrap();
        assert_eq!([4, 5, 7, 8].map(|cents| prices.contain(cents)), [false, true, true, false]);
        assert_eq!(Prices::between(None, None), None);
        let open = Prices::between(Some(Bound::from_cents(5)), None).unwrap();
        assert!(open.contain(Price::MAX.cents()) && !open.contain(4));
    }

    #[test]
    fn a_lowest_price_above_all_prices_is_a_range_of_none() {
        let above = Bound::from_cents(Price::MAX.cents() + 1);
        let prices = Prices::between(Some(above), None).unwrap();
        assert_eq!(prices, Prices { least: above.cents(), most: above.cents() });
        assert!(!prices.contain(Price::MAX.cents()));
    }

    #[test]
    fn a_search_without_words_asks_for_nothing() {
        assert_eq!(Search::of(" …!"), None);
        assert_eq!(Search::of("a lamp A").unwrap().words(), ["lamp", "a"]);
        assert!(SearchText::from_query(&"x".repeat(201)).is_err());
    }

    #[test]
    fn what_was_edited_out_of_a_list_is_not_taken() {
        let lamp = product("Lamp", "Light", 500, 1);
        let filter = Filter {
            category: Some(lamp.category.clone()),
            prices: Some(Prices { least: 500, most: 500 }),
            search: None,
        };
        assert!(filter.still_takes(&lamp));
        assert!(!filter.still_takes(&Product { is_active: false, ..lamp.clone() }));
        assert!(!filter.still_takes(&Product { price: Price::from_cents(501).unwrap(), ..lamp }));
        assert!(!filter.still_takes(&product("Lamp", "Lights", 500, 1)));
    }

    #[test]
    fn lists_have_names_of_their_own() {
        let filter = |category: Option<&str>, search: Option<&str>| Filter {
            category: category.and_then(|text| CategoryText::from_query(text).unwrap().0),
            search: search.and_then(Search::of),
            prices: None,
        };
        let names = [
            filter(None, None).name(),
            filter(Some("a"), None).name(),
            filter(None, Some("a")).name(),
            filter(Some("a"), Some("b")).name(),
            Filter { prices: Some(Prices { least: 0, most: 1 }), ..filter(None, None) }.name(),
        ];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[at + 1..].contains(name));
        }
    }
}
