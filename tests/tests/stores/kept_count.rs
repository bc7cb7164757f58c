//! Counts that are kept from a stream.

use envelope::timestamp;
use futures_util::future::{join_all, try_join_all};
use local_testing::{Fault, FaultKind, Tables};
use tables::{Change, KeptCount, StoreError, string};

/// A transaction has at most 100 items, and one is the count.
const CHANGES_A_TRANSACTION: usize = 99;

const TABLE: &str = "UserCountsTable";

async fn count() -> (Tables, KeptCount) {
    let tables = Tables::of_template().await;
    let count = KeptCount::new(tables.client(), TABLE.to_owned(), "things");
    (tables, count)
}

fn changes(ids: std::ops::Range<usize>, by: i64) -> Vec<Change> {
    ids.map(|id| Change { event_id: format!("event-{id}"), by }).collect()
}

fn fault(kind: FaultKind, times: u32) -> Fault {
    Fault { times, operation: Some("TransactWriteItems".to_owned()), ..Fault::next(kind) }
}

#[tokio::test]
async fn a_count_starts_at_zero_and_follows_its_changes() {
    let (_tables, count) = count().await;
    assert_eq!(count.total().await.unwrap(), 0);
    count.apply(&[]).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 0);
    count.apply(&changes(0..5, 1)).await.unwrap();
    count.apply(&changes(5..7, -1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 3);
}

#[tokio::test]
async fn a_change_counts_once_however_often_it_is_delivered() {
    let (_tables, count) = count().await;
    count.apply(&changes(0..3, 1)).await.unwrap();
    count.apply(&changes(0..3, 1)).await.unwrap();
    // In another batch, beside new ones, and twice in one batch.
    count.apply(&changes(2..6, 1)).await.unwrap();
    count.apply(&[changes(6..8, 1), changes(6..8, 1)].concat()).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 8);
}

#[tokio::test]
async fn a_marker_is_kept_for_two_days() {
    const DAYS: u64 = 2 * 24 * 60 * 60;
    let (tables, count) = count().await;
    let before = timestamp::epoch_seconds();
    count.apply(&changes(0..1, 1)).await.unwrap();
    let after = timestamp::epoch_seconds();
    let marker = tables.client().get_item().table_name(TABLE).key("name", string("things#event-0"));
    let marker = marker.send().await.unwrap().item.unwrap();
    let expires_at: u64 = marker["expiresAt"].as_n().unwrap().parse().unwrap();
    assert!((before + DAYS..=after + DAYS).contains(&expires_at), "{expires_at}");
}

#[tokio::test]
async fn a_batch_larger_than_a_transaction_is_split() {
    let (tables, count) = count().await;
    let all = changes(0..2 * CHANGES_A_TRANSACTION + 1, 1);
    tables.dynamodb().calls().reset();
    count.apply(&all).await.unwrap();
    let calls: Vec<_> = tables.dynamodb().calls().reset().into_values().flatten().collect();
    assert_eq!(
        calls.iter().map(|(name, calls)| (name.as_str(), calls.calls)).collect::<Vec<_>>(),
        [("TransactWriteItems", 3)]
    );
    assert_eq!(count.total().await.unwrap(), all.len() as u64);
    count.apply(&all).await.unwrap();
    assert_eq!(count.total().await.unwrap(), all.len() as u64);
}

#[tokio::test]
async fn counts_of_one_table_do_not_mix() {
    let (tables, count) = count().await;
    let other = KeptCount::new(tables.client(), TABLE.to_owned(), "others");
    count.apply(&changes(0..2, 1)).await.unwrap();
    other.apply(&changes(0..3, 1)).await.unwrap();
    assert_eq!((count.total().await.unwrap(), other.total().await.unwrap()), (2, 3));
}

#[tokio::test]
async fn a_total_is_never_negative() {
    let (_tables, count) = count().await;
    count.apply(&changes(0..3, -1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 0);
}

#[tokio::test]
async fn batches_that_overlap_and_race_count_each_change_once() {
    let (_tables, count) = count().await;
    let batches: Vec<Vec<Change>> = (0..16).map(|start| changes(start..start + 10, 1)).collect();
    try_join_all(batches.iter().map(|batch| count.apply(batch))).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 25);
}

#[tokio::test]
async fn a_transaction_that_conflicts_with_another_is_retried() {
    let (tables, count) = count().await;
    tables.dynamodb().faults().inject(fault(FaultKind::TransactionConflict, 3));
    count.apply(&changes(0..2, 1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 2);
    assert!(tables.dynamodb().faults().pending().is_empty());
}

#[tokio::test]
async fn a_write_whose_response_is_lost_counts_once() {
    let (tables, count) = count().await;
    tables.dynamodb().faults().inject(fault(FaultKind::AnswerLost, 1));
    count.apply(&changes(0..2, 1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 2);
    // Lost in every try of the client: what was written stays counted, and the next delivery skips it.
    tables.dynamodb().faults().inject(fault(FaultKind::AnswerLost, 3));
    let failed = count.apply(&changes(2..5, 1)).await.unwrap_err();
    assert!(matches!(failed, StoreError::Busy { .. }), "{failed:?}");
    count.apply(&changes(2..5, 1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 5);
}

#[tokio::test]
async fn a_half_done_batch_is_finished_by_its_retry() {
    let (tables, count) = count().await;
    let all = changes(0..CHANGES_A_TRANSACTION + 10, 1);
    count.apply(&all[..CHANGES_A_TRANSACTION]).await.unwrap();
    tables.dynamodb().faults().inject(fault(FaultKind::ThrottlingException, 3));
    let outcomes = join_all([count.apply(&all), count.apply(&all)]).await;
    for failed in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(failed, StoreError::Busy { .. }), "{failed:?}");
    }
    count.apply(&all).await.unwrap();
    assert_eq!(count.total().await.unwrap(), all.len() as u64);
}

#[tokio::test]
async fn a_conflict_that_lasts_ends_the_tries() {
    let (tables, count) = count().await;
    tables.dynamodb().faults().inject(fault(FaultKind::TransactionConflict, 8));
    let failed = count.apply(&changes(0..2, 1)).await.unwrap_err();
    assert!(matches!(failed, StoreError::Busy { .. }), "{failed:?}");
    assert!(tables.dynamodb().faults().pending().is_empty());
    assert_eq!(count.total().await.unwrap(), 0);
    count.apply(&changes(0..2, 1)).await.unwrap();
    assert_eq!(count.total().await.unwrap(), 2);
}
