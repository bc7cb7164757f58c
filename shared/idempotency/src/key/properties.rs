//! What holds of every text that a client may send.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_key_is_the_same_quoted_and_bare(key in "[!-~&&[^\",\\\\]]{1,255}") {
        let bare = IdempotencyKey::parse(&key);
        prop_assert!(bare.is_ok());
        prop_assert_eq!(IdempotencyKey::parse(&format!("\"{key}\"")), bare);
    }

    #[test]
    fn any_header_is_a_key_or_a_problem(text in prop_oneof![texts(), spoiled(&["\"8e03978e\", \"8e03\\\"978e\"", "8e03978e"])]) {
        let _ = IdempotencyKey::parse(&text);
        if let Ok(value) = http::HeaderValue::from_str(&text) {
            let headers = http::HeaderMap::from_iter([(http::HeaderName::from_bytes(HEADER.as_bytes()).unwrap(), value)]);
            let _ = IdempotencyKey::of(&headers);
        }
    }
}
