use envelope::timestamp;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::json;

use super::*;

const OPEN: LoginLimit = LoginLimit::Open;

fn reached(retry_after: u64) -> LoginLimit {
    LoginLimit::Reached { retry_after }
}

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

/// The template's tables, empty, and the store of logins on them.
async fn empty() -> (Tables, Logins) {
    let tables = Tables::of_template().await;
    let (users, failed_logins) = ("UsersTable".to_owned(), "LoginAttemptsTable".to_owned());
    let logins = Logins { client: tables.client(), users, failed_logins };
    (tables, logins)
}

/// Failed logins to Ada's address, one after the other.
async fn fail(logins: &Logins, times: usize, source_ip: &str, now: u64) -> Vec<LoginLimit> {
    let ada = email("ada@example.com");
    let mut limits = Vec::new();
    for _ in 0..times {
        let (_, failed) = logins.find(&ada).await.unwrap();
        limits.push(logins.count_failure(&ada, source_ip, failed, now).await.unwrap());
    }
    limits
}

#[tokio::test]
async fn a_user_is_found_with_the_failed_logins_of_their_address() {
    let (tables, logins) = empty().await;
    let user = json!({
        "id": "u1", "email": "ada@example.com", "name": "Ada", "role": "customer",
        "createdAt": "2026-01-31T12:00:00.000Z", "passwordHash": "$2b$12$",
    });
    let item = serde_dynamo::to_item(user).unwrap();
    tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();

    let (user, failed) = logins.find(&email("ada@example.com")).await.unwrap();
    assert!(user.is_some_and(|user| user.id == "u1") && failed.is_none());
    let now = timestamp::epoch_seconds();
    fail(&logins, 1, "192.0.2.1", now).await;
    let (user, failed) = logins.find(&email("ada@example.com")).await.unwrap();
    assert!(user.is_some() && failed.is_some_and(|failed| failed.is_current(now)));
    let (user, failed) = logins.find(&email("bob@example.com")).await.unwrap();
    assert!(user.is_none() && failed.is_none());
}

#[tokio::test]
async fn a_source_is_refused_after_five_failures_until_fifteen_minutes_after_the_first() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    assert_eq!(fail(&logins, 1, "192.0.2.1", now).await, [OPEN]);
    assert_eq!(fail(&logins, 4, "192.0.2.1", now + 60).await, [OPEN; 4]);
    assert_eq!(fail(&logins, 1, "192.0.2.1", now + 100).await, [reached(800)]);
    assert_eq!(fail(&logins, 1, "192.0.2.2", now + 100).await, [OPEN]);
    assert_eq!(fail(&logins, 1, "192.0.2.1", now + 899).await, [reached(1)]);
    assert_eq!(fail(&logins, 6, "192.0.2.1", now + 900).await, [OPEN, OPEN, OPEN, OPEN, OPEN, reached(900)]);
}

#[tokio::test]
async fn every_source_is_refused_after_fifty_failures() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    for source in 0..10 {
        assert_eq!(fail(&logins, 5, &format!("192.0.2.{source}"), now).await, [OPEN; 5]);
    }
    assert_eq!(fail(&logins, 1, "192.0.2.99", now).await, [reached(900)]);
}

#[tokio::test]
async fn of_failures_at_once_only_five_are_let_through() {
    let (_tables, logins) = empty().await;
    let (ada, now) = (email("ada@example.com"), timestamp::epoch_seconds());
    // In the first round none has read a window, in the second all have read one that has ended.
    for now in [now, now + 900] {
        let (_, failed) = logins.find(&ada).await.unwrap();
        let limits = join_all((0..20).map(|_| logins.count_failure(&ada, "192.0.2.1", failed.clone(), now))).await;
        let (open, refused): (Vec<_>, Vec<_>) =
            limits.into_iter().map(Result::unwrap).partition(|limit| *limit == OPEN);
        assert_eq!((open.len(), refused), (5, vec![reached(900); 15]));
    }
}

#[tokio::test]
async fn a_failure_that_can_t_be_counted_is_an_error() {
    let (tables, logins) = empty().await;
    let fault =
        Fault { times: 3, operation: Some("UpdateItem".to_owned()), ..Fault::next(FaultKind::ThrottlingException) };
    tables.dynamodb().faults().inject(fault);
    let counted = logins.count_failure(&email("ada@example.com"), "192.0.2.1", None, timestamp::epoch_seconds()).await;
    assert!(matches!(counted, Err(StoreError::Busy { .. })), "{counted:?}");
}
