//! What is counted when DynamoDB fails.

use super::*;

#[tokio::test]
async fn a_guess_is_given_back_alone_if_what_it_allows_was_surely_not_written() {
    let (tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    let put = || Put::builder().table_name("UserCountsTable").item("name", string("login")).build().unwrap();
    let write = || vec![TransactWriteItem::builder().put(put()).build()];
    let fault = |kind| Fault { table: Some("UserCountsTable".to_owned()), ..Fault::next(kind) };
    let short = || RetryBudget::tries(1);
    for _ in 0..8 {
        // The SDK tries a throttled call three times.
        for (kind, times) in [(FaultKind::ThrottlingException, 3), (FaultKind::TransactionConflict, 1)] {
            let right = guess(&logins, ADA, HOME, now).await.unwrap();
            tables.dynamodb().faults().inject(Fault { times, ..fault(kind) });
            let failed = logins.log_in(&right, write(), short()).await;
            assert!(matches!(failed, Err(AcceptError::Store(StoreError::Busy { .. }))), "{failed:?}");
        }
    }
    assert_eq!(compared(&logins, ADA, &from_one(16), now).await, 5);

    // The first attempt was made, and its answer lost; the others are refused. What is given back once stays so.
    let next = now + WINDOW_SECONDS;
    assert_eq!(compared(&logins, ADA, &from_one(3), next).await, 3);
    let right = guess(&logins, ADA, HOME, next).await.unwrap();
    tables.dynamodb().faults().inject(fault(FaultKind::AnswerLost));
    tables.dynamodb().faults().inject(Fault { times: 2, ..fault(FaultKind::ThrottlingException) });
    assert!(logins.give_back(&right, write(), short()).await.is_err());
    assert_eq!(compared(&logins, ADA, &from_one(16), next).await, 2);
}

#[tokio::test]
async fn a_limit_that_others_reached_ends_a_guess_that_meets_nothing_but_conflicts() {
    let (tables, logins) = empty().await;
    let now = timestamp::epoch_seconds();
    let (_, before) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert_eq!(compared(&logins, ADA, &from_one(5), now).await, 5);
    let operation = Some("TransactWriteItems".to_owned());
    tables.dynamodb().faults().inject(Fault {
        times: 99_999,
        operation,
        ..Fault::next(FaultKind::TransactionConflict)
    });
    let outcome = logins.count_guess(&email(ADA), &source(HOME), before, now, retries()).await;
    assert!(matches!(outcome, Ok(GuessOutcome::Refused { retry_after: 900 })), "{outcome:?}");
}
