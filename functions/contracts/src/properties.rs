//! What holds of every message between services.

use std::fmt::Debug;

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::export::ExportRequest;
use crate::payloads::{
    OrderCancelled, OrderConfirmed, OrderCreated, OrderRenewed, ProductCreated, StockHeld, StockRejected, StockSettled,
    UserCreated, UserErased,
};
use crate::reserve_stock::{ReserveRequest, ReserveResponse};

const PAYLOADS: [&str; 4] = [
    r#"{"userId":"u1","email":"ada@example.com","name":"Ada","orderId":"o1","totalAmount":3998,"holdGeneration":2,"reason":"expired"}"#,
    r#"{"productId":"p1","name":"Désk lamp","category":"home"}"#,
    r#"{"orderId":"o1","reason":null,"userId":"u1"}"#,
    r#"{"orderId":"o1","totalAmount":18446744073709551615,"userId":"u1","holdGeneration":4294967295}"#,
];

const CALLS: [&str; 2] = [
    r#"{"orderId":"o1","fingerprint":"f1","requestId":"r1","items":[{"productId":"p1","quantity":2},{"productId":"p2","quantity":4294967295}]}"#,
    r#"{"items":[{"productId":"p1","productName":"Lamp","quantity":2,"unitPrice":1999,"totalPrice":3998}],"totalAmount":3998,"state":"held","holdGeneration":2}"#,
];

/// What is read is written so that it is read again; what is not read is no message.
fn reads_what_it_writes<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Result<(), TestCaseError> {
    if let Ok(message) = serde_json::from_str::<T>(text) {
        let written = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<T>(&written).unwrap(), message, "{}", written);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_payload_is_read_as_it_was_written(text in prop_oneof![4 => spoiled(&PAYLOADS), 1 => texts()]) {
        reads_what_it_writes::<UserCreated>(&text)?;
        reads_what_it_writes::<UserErased>(&text)?;
        reads_what_it_writes::<ProductCreated>(&text)?;
        reads_what_it_writes::<OrderCreated>(&text)?;
        reads_what_it_writes::<OrderRenewed>(&text)?;
        reads_what_it_writes::<OrderConfirmed>(&text)?;
        reads_what_it_writes::<OrderCancelled>(&text)?;
        reads_what_it_writes::<StockHeld>(&text)?;
        reads_what_it_writes::<StockSettled>(&text)?;
        reads_what_it_writes::<StockRejected>(&text)?;
    }

    #[test]
    fn a_call_is_read_as_it_was_written(text in prop_oneof![4 => spoiled(&CALLS), 1 => texts()]) {
        reads_what_it_writes::<ReserveRequest>(&text)?;
        reads_what_it_writes::<ReserveResponse>(&text)?;
        reads_what_it_writes::<ExportRequest>(&text)?;
    }
}
