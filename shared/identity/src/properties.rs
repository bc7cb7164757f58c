//! What holds of every credential.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use crate::{NewToken, PublicKeys, Role, SigningKey, bearer_token};

/// A token in form, and its header with another algorithm.
const TOKENS: [&str; 2] = [
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.eyJzdWIiOiJ1MSIsImV4cCI6OTk5OTk5OTk5OX0.c2lnbmF0dXJl",
    "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.eyJzdWIiOiJ1MSJ9.",
];

fn key() -> SigningKey {
    SigningKey::derive("a", &[7; 32]).unwrap()
}

fn keys() -> PublicKeys {
    PublicKeys { keys: vec![key().public().clone()] }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_proves_anyone(text in prop_oneof![texts(), spoiled(&TOKENS)]) {
        let refused = keys().verify(&text, 1_800_000_000).unwrap_err().to_string();
        prop_assert!(text.len() < 16 || !refused.contains(&text), "{refused}");
    }

    #[test]
    fn a_signed_token_proves_its_user(id in "\\PC{1,40}", email in texts(), name in texts(), now in 0..1_u64 << 40) {
        let new = NewToken { id: &id, email: &email, name: &name, role: Role::Customer, session_id: &id, lifetime: 60, now };
        let token = key().sign(new).unwrap();
        let identity = keys().verify(&token, now).unwrap();
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
