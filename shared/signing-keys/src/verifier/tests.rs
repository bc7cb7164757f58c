use envelope::{Failure, Role};
use identity::{NewToken, SigningKey};
use local_testing::{Fault, FaultKind, Tables};

use super::*;

fn key(id: &str) -> SigningKey {
    SigningKey::derive(id, &[7; 32]).unwrap()
}

fn token(key: &SigningKey) -> String {
    token_at(key, timestamp::epoch_seconds())
}

fn token_at(key: &SigningKey, now: u64) -> String {
    let token = NewToken {
        id: "u1",
        email: "ada@example.com",
        name: "Ada",
        role: Role::Customer,
        session_id: "s1",
        lifetime: 900,
        now,
    };
    key.sign(token).unwrap()
}

async fn empty() -> (Tables, PublishedKeys, Verifier) {
    let tables = Tables::of_template().await;
    let keys = PublishedKeys::new(tables.client(), "SigningKeysTable".to_owned());
    let verifier = Verifier::new(keys.clone());
    (tables, keys, verifier)
}

async fn publish(keys: &PublishedKeys, key: &SigningKey) {
    keys.publish(key.public(), timestamp::epoch_seconds() + 3600).await.unwrap();
}

/// Calls of the table so far.
fn reads(tables: &Tables) -> u64 {
    let calls = tables.dynamodb().calls().snapshot();
    calls.values().flat_map(|of_caller| of_caller.values()).map(|usage| usage.calls).sum()
}

fn is_unknown_key(verified: &Result<Identity, VerifyError>) -> bool {
    matches!(verified, Err(VerifyError::Invalid(InvalidToken::UnknownKey)))
}

#[tokio::test]
async fn a_new_key_is_taken_up_when_a_token_names_it() {
    let (_tables, keys, verifier) = empty().await;
    for id in ["v1", "v2", "v3"] {
        let key = key(id);
        assert!(is_unknown_key(&verifier.verify(&token(&key)).await));
        publish(&keys, &key).await;
        assert_eq!(verifier.verify(&token(&key)).await.unwrap().session_id, "s1");
    }
}

#[tokio::test]
async fn forged_key_ids_cause_a_bounded_number_of_reads_and_lock_no_new_key_out() {
    let (tables, keys, verifier) = empty().await;
    publish(&keys, &key("v1")).await;
    assert!(verifier.verify(&token(&key("v1"))).await.is_ok());
    let before = reads(&tables);
    let started = Instant::now();
    for number in 0..1_000 {
        assert!(is_unknown_key(&verifier.verify(&token(&key(&format!("forged {number}")))).await));
    }
    let allowed = u128::from(READS_AT_ONCE) + started.elapsed().as_millis() / READ_EVERY.as_millis() + 1;
    let made = reads(&tables) - before;
    assert!(u128::from(made) <= allowed, "{made} reads, {allowed} allowed");
    // Known keys verify meanwhile, and a new one with the next read, whichever token causes it.
    assert!(verifier.verify(&token(&key("v1"))).await.is_ok());
    publish(&keys, &key("v2")).await;
    let published = Instant::now();
    while verifier.verify(&token(&key("v2"))).await.is_err() {
        assert!(published.elapsed() < 10 * READ_EVERY, "a new key is locked out");
        assert!(is_unknown_key(&verifier.verify(&token(&key("forged again"))).await));
    }
}

#[tokio::test]
async fn a_key_that_was_taken_away_counts_no_longer_than_five_minutes() {
    let (tables, keys, verifier) = empty().await;
    let key = key("v1");
    publish(&keys, &key).await;
    assert!(verifier.verify(&token(&key)).await.is_ok());
    let delete = tables.client().delete_item().table_name("SigningKeysTable");
    delete.key("kid", tables::string("v1")).send().await.unwrap();
    assert!(verifier.verify(&token(&key)).await.is_ok());
    verifier.read_at.set(verifier.read_at.get() - REREAD_SECONDS);
    assert!(is_unknown_key(&verifier.verify(&token(&key)).await));
}

/// A key goes with its last token. Old tokens that clients still send are told apart from forged ones, and cause no read.
#[tokio::test]
async fn a_token_whose_key_is_gone_has_expired() {
    let (tables, keys, verifier) = empty().await;
    publish(&keys, &key("v1")).await;
    assert!(verifier.verify(&token(&key("v1"))).await.is_ok());
    let before = reads(&tables);
    let old = token_at(&key("v0"), timestamp::epoch_seconds() - 900);
    assert!(matches!(verifier.verify(&old).await, Err(VerifyError::Invalid(InvalidToken::Expired))));
    assert_eq!(reads(&tables), before);
}

#[tokio::test]
async fn a_key_that_expires_while_it_is_known_counts_no_longer() {
    let (_tables, keys, verifier) = empty().await;
    let key = key("v1");
    keys.publish(key.public(), timestamp::epoch_seconds() + 3600).await.unwrap();
    assert!(verifier.verify(&token(&key)).await.is_ok());
    verifier.known.borrow_mut()[0].expires_at = timestamp::epoch_seconds();
    // It is read again, as it may have been published again since.
    assert!(verifier.verify(&token(&key)).await.is_ok());
}

#[tokio::test]
async fn without_the_table_a_token_is_neither_valid_nor_invalid() {
    let (tables, keys, verifier) = empty().await;
    publish(&keys, &key("v1")).await;
    // One for each attempt of a call.
    tables.dynamodb().faults().inject(Fault { times: 3, ..Fault::next(FaultKind::InternalServerError) });
    let refused = verifier.verify(&token(&key("v1"))).await.unwrap_err();
    assert!(matches!(refused, VerifyError::Unknown(_)), "{refused}");
    assert_eq!(Failure::from(refused).code(), envelope::Code::SERVICE_UNAVAILABLE);
    assert!(verifier.verify(&token(&key("v1"))).await.is_ok());
    // What is no token of ours needs no key to be refused.
    assert!(matches!(verifier.verify("a.b.c").await, Err(VerifyError::Invalid(InvalidToken::Malformed))));
}
