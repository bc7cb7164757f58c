//! What holds of every text that a client may send.

use contracts::reserve_stock::{MAX_LINES, MAX_QUANTITY, ReserveRequest};
use envelope::decode::{FromField, FromQuery};
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::filter::SearchParameter;
use super::reservation::Reservation;
use super::text::{Category, Description, Name};
use super::words::Words;

const TEXTS: [&str; 3] =
    ["Desk lamp, ÉCLAIR déjà-vu №7", "東京タワー ภาษาไทย नमस्ते", "e\u{301}\u{327}\u{300} a\u{200d}b ﬁnd İSTANBUL ẞ"];

const RESERVATIONS: [&str; 2] = [
    r#"{"orderId":"o1","fingerprint":"f1","requestId":"r1","items":[{"productId":"0197a1b2-0000-7000-8000-000000000000","quantity":2},{"productId":"0197A1B2-0000-7000-8000-000000000000","quantity":4294967295}]}"#,
    r#"{"orderId":"o1","fingerprint":"f1","requestId":"r1","items":[{"productId":"0197a1b2-0000-7000-8000-000000000000","quantity":9999},{"productId":"0197a1b2-0000-7000-8000-000000000000","quantity":1}]}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_text_is_normalized_once(text in prop_oneof![texts(), spoiled(&TEXTS)]) {
        let value = Value::String(text);
        if let Ok(name) = Name::from_field(&value) {
            prop_assert!((1..=200).contains(&name.as_str().len()));
            prop_assert_eq!(Name::from_field(&json!(name.as_str())).unwrap(), name);
        }
        if let Ok(category) = Category::from_field(&value) {
            prop_assert!((1..=200).contains(&category.as_str().len()));
            prop_assert_eq!(Category::from_field(&json!(category.as_str())).unwrap(), category);
        }
        if let Ok(description) = Description::from_field(&value) {
            prop_assert!(description.as_str().len() <= 4_000);
            prop_assert_eq!(Description::from_field(&json!(description.as_str())).unwrap(), description);
        }
    }

    #[test]
    fn a_text_is_found_by_itself(text in prop_oneof![texts(), spoiled(&TEXTS)]) {
        let words = Words::of(&text);
        let indexed = words.to_index();
        prop_assert!(words.to_look_up().is_subset(&indexed), "{text:?}");
        prop_assert!(words.contain(&words), "{text:?}");
        let _ = SearchParameter::from_query(&text);
    }

    #[test]
    fn a_reservation_is_within_its_limits(text in spoiled(&RESERVATIONS)) {
        let Ok(request) = serde_json::from_str::<ReserveRequest>(&text) else { return Ok(()) };
        if let Ok(reservation) = Reservation::parse(&request) {
            let ids = reservation.product_ids();
            prop_assert!((1..=MAX_LINES).contains(&ids.len()) && ids.len() <= request.items.len());
            let units: u64 = request.items.iter().map(|line| u64::from(line.quantity)).sum();
            prop_assert!((1..=u64::from(MAX_QUANTITY) * MAX_LINES as u64).contains(&units), "{text}");
            prop_assert!(ids.iter().enumerate().all(|(at, id)| !ids[..at].contains(id)), "{ids:?}");
        }
    }
}
