mod failures;

use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use envelope::timestamp;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::json;
use tables::{number, string};

use super::*;
use crate::domain::limit::WINDOW_SECONDS;

const PLENTY: u32 = 99_999;

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

fn source(address: &str) -> Source {
    Source::of(address)
}

fn retries() -> RetryBudget {
    RetryBudget::time(Duration::from_secs(5)).pauses(Duration::from_millis(2), Duration::from_millis(50))
}

/// The template's tables, empty, and the store of logins on them.
async fn empty() -> (Tables, Logins) {
    limited(PLENTY).await
}

/// As [`empty`], with a limit of failed logins from a source.
async fn limited(failed_logins_per_source: u32) -> (Tables, Logins) {
    let tables = Tables::of_template().await;
    let logins = Logins::of_template(tables.client(), failed_logins_per_source);
    (tables, logins)
}

/// A guess that is compared, or `Err` with the seconds to wait.
async fn guess(logins: &Logins, address: &str, source_ip: &str, now: u64) -> Result<Guess, u64> {
    let (email, source) = (email(address), source(source_ip));
    let (_, counts) = logins.find(&email, &source).await.unwrap();
    match logins.count_guess(&email, &source, counts, now, retries()).await.unwrap() {
        GuessOutcome::Counted(guess) => Ok(guess),
        GuessOutcome::Refused { retry_after } => Err(retry_after),
    }
}

/// Guesses at once, all of them wrong; how many are compared.
async fn compared(logins: &Logins, address: &str, sources: &[String], now: u64) -> usize {
    let outcomes = join_all(sources.iter().map(|source| guess(logins, address, source, now))).await;
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

async fn log_in(logins: &Logins, guess: &Guess) {
    logins.log_in(guess, Vec::new(), retries()).await.unwrap();
}

fn from_one(number: usize) -> Vec<String> {
    vec!["192.0.2.1".to_owned(); number]
}

const ADA: &str = "ada@example.com";
const HOME: &str = "192.0.2.1";
const OFFICE: &str = "198.51.100.1";

#[tokio::test]
async fn a_user_is_found_with_the_counts_of_their_address_and_source() {
    let (tables, logins) = empty().await;
    let user = json!({
        "id": "u1", "email": ADA, "name": "Ada", "role": "customer",
        "createdAt": "2026-01-31T12:00:00.000Z", "passwordHash": "$2b$12$",
    });
    let item = serde_dynamo::to_item(user).unwrap();
    tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();

    let now = timestamp::epoch_seconds();
    let (user, counts) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert!(user.is_some_and(|user| user.id == "u1"));
    assert!(counts.account.is_none() && counts.known.is_none() && counts.source.is_none());
    log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
    guess(&logins, ADA, OFFICE, now).await.unwrap();
    let (_, counts) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert!(counts.window(now).is_some() && counts.known_source(now).is_some() && counts.source.is_some());
    let (user, counts) = logins.find(&email("bob@example.com"), &source("192.0.2.9")).await.unwrap();
    assert!(user.is_none() && counts.account.is_none() && counts.known.is_none() && counts.source.is_none());
}

#[tokio::test]
async fn a_source_is_refused_after_five_guesses_until_fifteen_minutes_after_the_first() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    assert!(guess(&logins, ADA, HOME, now).await.is_ok());
    assert_eq!(compared(&logins, ADA, &from_one(4), now + 60).await, 4);
    assert_eq!(guess(&logins, ADA, HOME, now + 100).await.unwrap_err(), 800);
    assert!(guess(&logins, ADA, OFFICE, now + 100).await.is_ok());
    assert_eq!(guess(&logins, ADA, HOME, now + 899).await.unwrap_err(), 1);
    assert_eq!(compared(&logins, ADA, &from_one(6), now + WINDOW_SECONDS).await, 5);
}

#[tokio::test]
async fn of_sixteen_guesses_at_once_five_are_compared_fifteen_times_over() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    // A new window each time, and the one before has ended, not gone.
    for round in 0..15 {
        let now = now + round * WINDOW_SECONDS;
        assert_eq!(compared(&logins, ADA, &from_one(16), now).await, 5, "round {round}");
        assert_eq!(compared(&logins, ADA, &from_one(16), now + 10).await, 0, "round {round}");
    }
}

#[tokio::test]
async fn of_guesses_at_once_from_many_sources_fifty_are_compared() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    let sources: Vec<String> = (0..96).map(|number| format!("192.0.2.{}", number % 16)).collect();
    assert_eq!(compared(&logins, ADA, &sources, now).await, 50);
    assert_eq!(guess(&logins, ADA, "192.0.2.99", now).await.unwrap_err(), 900);
}

#[tokio::test]
async fn an_ipv6_network_is_one_source() {
    let (_tables, logins) = empty().await;
    let hosts: Vec<String> = (0..16).map(|host| format!("2001:db8::{host:x}")).collect();
    assert_eq!(compared(&logins, ADA, &hosts, timestamp::epoch_seconds()).await, 5);
}

#[tokio::test]
async fn right_guesses_are_given_back_and_leave_nothing_in_the_item() {
    let (tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    // Counted side by side from one source, and from many: more than the limits one after the other.
    for round in 0..12 {
        let one = guess(&logins, ADA, HOME, now).await.unwrap();
        let other = guess(&logins, ADA, HOME, now).await.unwrap();
        let elsewhere = guess(&logins, ADA, &format!("192.0.2.{}", 100 + round), now).await.unwrap();
        for guess in [one, elsewhere, other] {
            logins.give_back(&guess, Vec::new(), retries()).await.unwrap();
        }
    }
    let item = tables.client().get_item().table_name("LoginAttemptsTable").key("email", string(ADA)).send().await;
    let item = item.unwrap().item.unwrap();
    assert_eq!(item["failures"], number(0));
    assert!(item["addresses"].as_m().unwrap().is_empty(), "{item:?}");
    let (_, counts) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert!(counts.known.is_none(), "nobody logged in");
    assert_eq!(compared(&logins, ADA, &from_one(16), now).await, 5);
}

#[tokio::test]
async fn a_right_guess_wipes_out_no_wrong_one() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    assert_eq!(compared(&logins, ADA, &from_one(4), now).await, 4);
    log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
    assert_eq!(compared(&logins, ADA, &from_one(4), now).await, 1);
    assert_eq!(guess(&logins, ADA, HOME, now).await.unwrap_err(), 900);
}

#[tokio::test]
async fn a_guess_that_is_not_given_back_stays_counted() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    for _ in 0..5 {
        // The function dies before it has compared it.
        drop(guess(&logins, ADA, HOME, now).await.unwrap());
    }
    assert!(guess(&logins, ADA, HOME, now).await.is_err());
}

#[tokio::test]
async fn nobody_locks_out_a_source_that_has_logged_in() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
    let later = now + 29 * 24 * 60 * 60;
    let others: Vec<String> = (0..96).map(|number| format!("198.51.100.{}", number % 16)).collect();
    assert_eq!(compared(&logins, ADA, &others, later).await, 50);
    assert!(guess(&logins, ADA, "203.0.113.1", later).await.is_err());
    // Its own count, of which none is in the fifty, and in which right ones take no place.
    for _ in 0..6 {
        log_in(&logins, &guess(&logins, ADA, HOME, later).await.unwrap()).await;
    }
    for round in 0..15 {
        let now = later + round * WINDOW_SECONDS;
        assert_eq!(compared(&logins, ADA, &from_one(16), now).await, 5, "round {round}");
    }
    assert_eq!(compared(&logins, ADA, &others, later + WINDOW_SECONDS).await, 50);
    // It stays known for 30 days after its last login.
    let last = later + 30 * 24 * 60 * 60;
    assert_eq!(compared(&logins, ADA, &others, last - 1).await, 50);
    assert!(guess(&logins, ADA, HOME, last - 1).await.is_ok());
    assert!(guess(&logins, ADA, HOME, last).await.is_err());
}

#[tokio::test]
async fn a_source_that_is_known_for_one_account_is_not_for_another() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    log_in(&logins, &guess(&logins, "eve@example.com", HOME, now).await.unwrap()).await;
    let (_, counts) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert!(counts.known.is_none());
}

#[tokio::test]
async fn a_source_is_refused_after_its_failed_logins_to_any_accounts() {
    let (_tables, logins) = limited(30).await;
    let now = timestamp::epoch_seconds();
    let outcomes = join_all((0..64).map(|number| {
        let address = format!("user{number}@example.com");
        let logins = &logins;
        async move { guess(logins, &address, HOME, now).await }
    }));
    assert_eq!(outcomes.await.iter().filter(|outcome| outcome.is_ok()).count(), 30);
    assert_eq!(guess(&logins, ADA, HOME, now).await.unwrap_err(), 900);
    assert!(guess(&logins, ADA, OFFICE, now).await.is_ok());
    // Right ones take no place.
    for _ in 0..40 {
        log_in(&logins, &guess(&logins, ADA, "203.0.113.1", now).await.unwrap()).await;
    }
}

#[tokio::test]
async fn the_callers_writes_are_made_with_the_giving_back_or_not_at_all() {
    let (tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    let put = || {
        let put = Put::builder().table_name("UserCountsTable").item("name", string("once"));
        let put = put.condition_expression("attribute_not_exists(#name)").expression_attribute_names("#name", "name");
        vec![TransactWriteItem::builder().put(put.build().unwrap()).build()]
    };
    let right = guess(&logins, ADA, HOME, now).await.unwrap();
    logins.log_in(&right, put(), retries()).await.unwrap();
    let second = guess(&logins, ADA, OFFICE, now).await.unwrap();
    let refused = logins.log_in(&second, put(), retries()).await;
    assert!(matches!(&refused, Err(AcceptError::Conditions(failed)) if failed[0].action == 0), "{refused:?}");
    // Nothing of it was written: the guess stays counted, and the source is not known.
    let (_, counts) = logins.find(&email(ADA), &source(OFFICE)).await.unwrap();
    assert_eq!(counts.window(now).unwrap().from_source(&source(OFFICE)), 1);
    assert!(counts.known.is_none());
    drop(tables);
}

#[tokio::test]
async fn a_guess_whose_windows_are_over_is_given_back_to_no_other() {
    let (_tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    let unknown = guess(&logins, ADA, HOME, now).await.unwrap();
    assert_eq!(compared(&logins, ADA, &from_one(5), now + WINDOW_SECONDS).await, 5);
    log_in(&logins, &unknown).await;
    assert!(guess(&logins, ADA, HOME, now + WINDOW_SECONDS).await.is_err(), "the five stay counted");

    let next = now + 2 * WINDOW_SECONDS;
    let known = guess(&logins, ADA, HOME, next).await.unwrap();
    assert_eq!(compared(&logins, ADA, &from_one(5), next + WINDOW_SECONDS).await, 5);
    log_in(&logins, &known).await;
    assert!(guess(&logins, ADA, HOME, next + WINDOW_SECONDS).await.is_err(), "the five stay counted");
}

#[tokio::test]
async fn conflicts_and_lost_answers_change_no_count() {
    let (tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    for kind in [FaultKind::TransactionConflict, FaultKind::AnswerLost] {
        let fault = || Fault { operation: Some("TransactWriteItems".to_owned()), ..Fault::next(kind) };
        for _ in 0..6 {
            tables.dynamodb().faults().inject(fault());
            let right = guess(&logins, ADA, HOME, now).await.unwrap();
            tables.dynamodb().faults().inject(fault());
            log_in(&logins, &right).await;
        }
    }
    assert_eq!(compared(&logins, ADA, &from_one(16), now).await, 5);
}

#[tokio::test]
async fn a_guess_that_can_t_be_counted_is_an_error() {
    let (tables, logins) = empty().await;
    let operation = Some("TransactWriteItems".to_owned());
    let fault = Fault { times: 3, operation, ..Fault::next(FaultKind::ThrottlingException) };
    tables.dynamodb().faults().inject(fault);
    let now = timestamp::epoch_seconds();
    let counted = logins.count_guess(&email(ADA), &source(HOME), GuessCounts::default(), now, retries()).await;
    assert!(matches!(counted, Err(StoreError::Busy { .. })), "{counted:?}");
}

mod known_sources;
