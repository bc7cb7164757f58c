//! The order of a list, and where a product stands in it.

use envelope::decode::FromQuery;

use crate::domain::product::Product;
use crate::domain::words::fold;

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By time of creation, the newest first.
    #[default]
    Newest,
    /// By time of creation, the oldest first.
    Oldest,
    /// By price, the cheapest first; products of one price from the oldest.
    PriceAsc,
    /// By price, the dearest first; products of one price from the newest.
    PriceDesc,
    /// By name, without regard to case and accents; products of one name from the oldest.
    Name,
}

/// The part of a name that sorts, in bytes: with an id, it has to fit into a sort key and a cursor.
const NAME_BYTES: usize = 200;

/// Digits of a price in cents: enough for [`money::Price::MAX`] and for any bound of a price range.
const PRICE_DIGITS: usize = 20;

impl Sort {
    /// Whether the list goes from the highest position down.
    pub fn is_descending(self) -> bool {
        matches!(self, Self::Newest | Self::PriceDesc)
    }

    /// Whether it is by time of creation: a product's position is its id.
    pub fn is_by_time(self) -> bool {
        matches!(self, Self::Newest | Self::Oldest)
    }

    /// Whether it is by price.
    pub fn is_by_price(self) -> bool {
        matches!(self, Self::PriceAsc | Self::PriceDesc)
    }

    /// Where a product stands. Positions are compared byte by byte, and no two products have the same.
    pub fn position(self, product: &Product) -> String {
        match self {
            Self::Newest | Self::Oldest => product.id.clone(),
            Self::PriceAsc | Self::PriceDesc => price_position(product.price.cents(), &product.id),
            Self::Name => name_position(&name_key(product), &product.id),
        }
    }

    /// The part of a list's name that its cursors are bound to; `None` for the default.
    pub fn list_name(self) -> Option<&'static str> {
        match self {
            Self::Newest => None,
            Self::Oldest => Some("by time"),
            Self::PriceAsc => Some("by price"),
            Self::PriceDesc => Some("by price, falling"),
            Self::Name => Some("by name"),
        }
    }
}

impl FromQuery for Sort {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        match text {
            "newest" => Ok(Self::Newest),
            "oldest" => Ok(Self::Oldest),
            "priceAsc" => Ok(Self::PriceAsc),
            "priceDesc" => Ok(Self::PriceDesc),
            "name" => Ok(Self::Name),
            _ => Err(("INVALID_VALUE", "must be newest, oldest, priceAsc, priceDesc or name".to_owned())),
        }
    }
}

/// The position by price.
pub fn price_position(cents: u64, id: &str) -> String {
    format!("{cents:0PRICE_DIGITS$}\n{id}")
}

/// The position by name of a product with this key.
pub fn name_position(name_key: &str, id: &str) -> String {
    format!("{name_key}\n{id}")
}

/// What a product's name is compared by. It has no line break.
pub fn name_key(product: &Product) -> String {
    let mut key = fold(product.name.as_str()).replace('\n', " ");
    key.truncate(key.floor_char_boundary(NAME_BYTES));
    key
}

/// The id of the product at a position.
pub fn id_at(position: &str) -> &str {
    position.rsplit('\n').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    const SORTS: [(&str, Sort); 5] = [
        ("newest", Sort::Newest),
        ("oldest", Sort::Oldest),
        ("priceAsc", Sort::PriceAsc),
        ("priceDesc", Sort::PriceDesc),
        ("name", Sort::Name),
    ];

    #[test]
    fn a_sort_is_read_by_its_name() {
        for (text, sort) in SORTS {
            assert_eq!(Sort::from_query(text), Ok(sort));
        }
        for text in ["", "Newest", "price", "-price", "name,price"] {
            assert_eq!(Sort::from_query(text).unwrap_err().0, "INVALID_VALUE", "{text}");
        }
    }

    #[test]
    fn positions_sort_as_their_products_do_and_name_them() {
        let products = [
            product("éclair", "Food", 999_999_999, 1),
            product("Eclairs", "Food", 1, 1),
            product("ECLAIR", "Food", 20, 1),
            product("Zebra", "Toys", 100, 1),
            product("zebra", "Toys", 20, 1),
        ];
        for (sort, order) in [
            (Sort::Oldest, [0, 1, 2, 3, 4]),
            (Sort::PriceAsc, [1, 2, 4, 3, 0]),
            (Sort::PriceDesc, [1, 2, 4, 3, 0]),
            (Sort::Name, [0, 2, 1, 3, 4]),
        ] {
            let mut positions: Vec<String> = products.iter().map(|product| sort.position(product)).collect();
            positions.sort_unstable();
            let ids: Vec<&str> = positions.iter().map(|position| id_at(position)).collect();
            assert_eq!(ids, order.map(|index| products[index].id.as_str()), "{sort:?}");
        }
    }

    #[test]
    fn a_long_name_is_compared_by_its_beginning() {
        let long = product(&"ﷺ".repeat(66), "Food", 1, 1);
        assert!((190..=200).contains(&name_key(&long).len()));
    }

    #[test]
    fn every_order_is_a_list_of_its_own() {
        let names = SORTS.map(|(_, sort)| sort.list_name());
        for (at, name) in names.iter().enumerate() {
            assert!(!names[at + 1..].contains(name));
        }
    }
}
