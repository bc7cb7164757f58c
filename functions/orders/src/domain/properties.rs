//! What holds of every text that a client may send.

use envelope::decode::FromField;
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::Value;

use super::order_id::OrderId;
use super::shipping_address::ShippingAddress;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_address_is_read_as_it_was_written(
        text in spoiled(&[r#"{"name":"Ada","street":"12 Rue de l'Église","city":"Köln","country":"DE"}"#]),
    ) {
        let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
        if let Ok(address) = ShippingAddress::from_field(&value) {
            let written = serde_json::to_value(&address).unwrap();
            prop_assert_eq!(&written, &value);
            prop_assert_eq!(ShippingAddress::from_field(&written).unwrap(), address);
        }
    }

    #[test]
    fn an_id_is_written_in_one_way(text in prop_oneof![texts(), spoiled(&["0197a1b2-0000-7000-8000-000000000000"])]) {
        if let Some(id) = OrderId::parse(&text) {
            let again = OrderId::parse(id.as_str()).map(|again| again.as_str().to_owned());
            prop_assert_eq!(again.as_deref(), Some(id.as_str()));
            prop_assert_eq!(id.as_str().len(), 36);
        }
    }
}
