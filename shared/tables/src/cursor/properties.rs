//! What holds of every key and every text.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

/// A cursor with another checksum, and what else a client might send.
const CURSORS: [&str; 3] = ["AQAAAAAAAAAAAAoyMDI2LTAxLTMxAAI0Mg", "eyJhIjoxfQ==", "AQ"];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn keys_come_back_in_their_own_list_only(one in "\\PC{1,80}", other in "\\PC{1,80}", list in texts()) {
        let cursor = Cursor::new([one, other]);
        let text = cursor.encode(&["orders", &list]);
        prop_assert_eq!(Cursor::decode(&["orders", &list], &text).unwrap(), cursor);
        prop_assert!(Cursor::<2>::decode(&["orders", &list, ""], &text).is_err());
    }

    #[test]
    fn no_other_text_is_a_cursor(text in prop_oneof![texts(), spoiled(&CURSORS)]) {
        prop_assert!(Cursor::<2>::decode(&["orders", "ada"], &text).is_err());
    }
}
