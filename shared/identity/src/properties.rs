//! What holds of every credential.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use crate::{Key, KeyRing, NewToken, Role, bearer_token};

/// A token in form, and its header with another algorithm.
const TOKENS: [&str; 2] = [
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6ImEifQ.eyJzdWIiOiJ1MSIsImV4cCI6OTk5OTk5OTk5OX0.c2lnbmF0dXJl",
    "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.eyJzdWIiOiJ1MSJ9.",
];

fn ring() -> KeyRing {
    KeyRing::new(Key::new("a", vec![7; 32]).unwrap(), None)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_proves_anyone(text in prop_oneof![texts(), spoiled(&TOKENS)]) {
        let refused = ring().verify(&text, 1_800_000_000).unwrap_err().to_string();
        prop_assert!(text.len() < 16 || !refused.contains(&text), "{refused}");
    }

    #[test]
    fn a_signed_token_proves_its_user(id in "\\PC{1,40}", email in texts(), name in texts(), now in 0..1_u64 << 40) {
        let new = NewToken { id: &id, email: &email, name: &name, role: Role::Customer, now };
        let token = ring().sign(new).unwrap();
        let identity = ring().verify(&token, now).unwrap();
        prop_assert_eq!((identity.id, identity.email, identity.name), (id, email, name));
        let credentials = format!("Bearer {token}");
        prop_assert_eq!(bearer_token(&credentials), Some(token.as_str()));
    }

    #[test]
    fn a_bearer_token_is_part_of_the_credentials(text in prop_oneof![texts(), spoiled(&["Bearer abc.def"])]) {
        if let Some(token) = bearer_token(&text) {
            prop_assert!(!token.is_empty() && text.contains(token));
        }
    }
}
