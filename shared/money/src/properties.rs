//! What holds of every amount and every text.

use envelope::decode::{FromField, FromQuery};
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Amount, Bound, Price};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    #[serde(with = "crate::cents")]
    price: Price,
    #[serde(with = "crate::cents")]
    total: Amount,
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn money_is_stored_in_cents_and_read_back(cents in 1..=Price::MAX.cents(), total: u64) {
        let item = Item { price: Price::from_cents(cents).unwrap(), total: Amount::from_cents(total) };
        let stored = serde_json::to_value(&item).unwrap();
        prop_assert_eq!(&stored, &json!({"price": cents, "total": total}));
        prop_assert_eq!(serde_json::from_value::<Item>(stored).unwrap(), item);
    }

    #[test]
    fn cents_that_are_no_price_are_not_read(cents in prop_oneof![Just(0), Price::MAX.cents() + 1..]) {
        let stored = json!({"price": cents, "total": 0});
        prop_assert!(serde_json::from_value::<Item>(stored).is_err());
    }

    #[test]
    fn a_price_is_shown_as_a_number_that_reads_as_the_price(cents in 1..=Price::MAX.cents()) {
        let price = Price::from_cents(cents).unwrap();
        let shown = serde_json::to_value(price).unwrap();
        prop_assert_eq!(Price::from_field(&shown).unwrap(), price);
        prop_assert_eq!(Bound::from_query(&shown.to_string()).unwrap().cents(), cents);
        prop_assert_eq!(Bound::from_query(&format!("{}.{:02}", cents / 100, cents % 100)), Ok(Bound::from_cents(cents)));
    }

    #[test]
    fn a_number_that_is_a_price_is_one_to_the_cent(number: f64) {
        if let Ok(price) = Price::from_number(number) {
            prop_assert_eq!(price.cents() as f64 / 100.0, number);
        }
    }

    #[test]
    fn a_bound_is_digits_with_a_point_or_none(text in prop_oneof![texts(), spoiled(&["19.99", "0", "007.5"])]) {
        if Bound::from_query(&text).is_ok() {
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{}", text);
        }
        prop_assert!(Price::from_field(&Value::String(text)).is_err());
    }
}
