use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

const NOW: u64 = 1_800_000_000_000;

/// A token in form.
const TEXTS: [&str; 1] =
    ["AAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAIAAAAAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJhZGFAZXhhbXBsZS5jb20"];

fn token(successor: Successor) -> RefreshToken {
    RefreshToken::of(Uuid::from_u128(1), Uuid::from_u128(2), "ada@example.com", successor)
}

/// A chain, and its first token.
fn begun() -> (TokenChain, RefreshToken) {
    let (chain, first) = TokenChain::begin(NOW).unwrap();
    (chain, token(first))
}

/// The chain after a token's use, and the next token.
fn used(chain: &TokenChain, current: &RefreshToken, now: u64) -> (TokenChain, RefreshToken) {
    let Presented::Current(successor, chain) = chain.judge(current, now) else { panic!("not the current token") };
    (chain, token(successor))
}

#[test]
fn each_use_gives_another_token() {
    let (chain, first) = begun();
    let (chain, second) = used(&chain, &first, NOW);
    let (chain, third) = used(&chain, &second, NOW);
    assert!(first != second && second != third);
    assert_eq!(chain.number(), 2);
}

#[test]
fn a_retry_within_ten_seconds_gets_the_same_successor() {
    let (chain, first) = begun();
    let (chain, second) = used(&chain, &first, NOW);
    for later in [0, 10_000] {
        let Presented::JustUsed(again) = chain.judge(&first, NOW + later) else { panic!("after {later} ms") };
        assert!(token(again) == second);
    }
    assert_eq!(chain.judge(&first, NOW + 10_001), Presented::Reused);
}

#[test]
fn a_retry_after_the_successor_was_used_is_a_reuse() {
    let (chain, first) = begun();
    let (chain, second) = used(&chain, &first, NOW);
    let (chain, _third) = used(&chain, &second, NOW);
    assert_eq!(chain.judge(&first, NOW), Presented::Reused);
    assert!(matches!(chain.judge(&second, NOW), Presented::JustUsed(_)));
}

#[test]
fn a_token_used_long_ago_is_told_from_a_forged_one() {
    let (mut chain, first) = begun();
    let mut current = first.clone();
    for _ in 0..100 {
        (chain, current) = used(&chain, &current, NOW);
    }
    assert_eq!(chain.judge(&first, NOW), Presented::Reused);
    for number in [0, 1, 99, 100, 101, u32::MAX] {
        let guess = token(Successor { number, secret: Bytes([7; 32]) });
        assert_eq!(chain.judge(&guess, NOW), Presented::Forged, "number {number}");
        // A genuine secret under another number.
        let renumbered = RefreshToken { number, ..current.clone() };
        assert_eq!(chain.judge(&renumbered, NOW) == Presented::Forged, number != 100, "number {number}");
    }
}

#[test]
fn another_sessions_token_is_forged() {
    let ((chain, _), (_, other)) = (begun(), begun());
    assert_eq!(chain.judge(&other, NOW), Presented::Forged);
}

#[test]
fn a_chain_has_an_end() {
    let (chain, last) = begun();
    let chain = TokenChain { refresh_number: MAX_NUMBER, ..chain };
    let last = RefreshToken { number: MAX_NUMBER, ..last };
    assert_eq!(chain.judge(&last, NOW), Presented::Reused);
}

#[test]
fn a_chain_is_stored_without_its_tokens() {
    let (chain, first) = begun();
    let (chain, second) = used(&chain, &first, NOW);
    let stored = serde_json::to_string(&chain).unwrap();
    for secret in [&first.secret, &second.secret] {
        assert!(!stored.contains(&secret.text()));
    }
    assert_eq!(serde_json::from_str::<TokenChain>(&stored).unwrap(), chain);
}

#[test]
fn a_token_does_not_show_its_secret() {
    let (chain, first) = begun();
    let shown = format!("{chain:?} {first:?} {:?}", chain.judge(&first, NOW));
    for secret in [&first.secret, &chain.refresh_key] {
        assert!(!shown.contains(&secret.text()) && !shown.contains(&format!("{:?}", secret.0)));
    }
    assert!(!shown.contains("ada@"));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_token_is_read_as_it_was_written(user in any::<u128>(), session in any::<u128>(), number in any::<u32>()) {
        let successor = Successor { number, secret: Bytes([9; 32]) };
        let token = RefreshToken::of(Uuid::from_u128(user), Uuid::from_u128(session), "ada@example.com", successor);
        prop_assert!(RefreshToken::parse(&token.to_text()) == Some(token));
    }

    #[test]
    fn no_text_is_a_sessions_token(text in prop_oneof![texts(), spoiled(&TEXTS)]) {
        let (chain, _) = begun();
        if let Some(token) = RefreshToken::parse(&text) {
            prop_assert_eq!(chain.judge(&token, NOW), Presented::Forged);
        }
    }
}
