use std::time::{Duration, Instant};

use contracts::codes;
use contracts::reserve_stock::HoldState;
use envelope::{Code, Failure};
use futures_util::future::{join, join_all};
use local_testing::FaultKind;
use serde_json::json;

use super::*;
use crate::domain::hold::State;
use crate::domain::id;
use crate::store::expiring_holds::ROWS_PER_CALL;
use crate::store::{Created, Outcome, ScanPosition};
use crate::workers::release_expired_reservations::{Sweep, sweep};
use crate::workers::reserve_stock;
use crate::workers::settle_reservation::{cancel, settle};

async fn swept(stores: &TestStores, now: u64) -> Sweep {
    sweep(&stores.holds, now, Instant::now() + Duration::from_secs(5), ScanPosition::default()).await.unwrap()
}

async fn expire(stores: &TestStores) -> u64 {
    let swept = swept(stores, timestamp::epoch_seconds() + 1_000).await;
    assert!(swept.last_error.is_none(), "{:?}", swept.last_error);
    swept.expired
}

async fn state(stores: &TestStores, order: &str) -> State {
    stores.hold(order).await.unwrap().state
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Code {
    outcome.unwrap_err().code()
}

fn events(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, reason)| ((*kind).to_owned(), (*reason).to_owned())).collect()
}

#[tokio::test]
async fn a_reservation_takes_the_units_and_pins_the_prices_in_two_round_trips() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(10).await, stores.add(super::product("Chair", "Seats", 5_000, 4)).await);
    stores.calls();
    let reserved = stores.reserve("o1", &[(&lamp, 3), (&chair, 4)]).await.unwrap();
    assert_eq!(stores.calls(), [("BatchGetItem".to_owned(), 1), ("TransactWriteItems".to_owned(), 1)]);
    assert_eq!(
        serde_json::to_value(&reserved).unwrap(),
        json!({
            "items": [
                {"productId": lamp.id, "productName": "Lamp", "quantity": 3, "unitPrice": 1999, "totalPrice": 5997},
                {"productId": chair.id, "productName": "Chair", "quantity": 4, "unitPrice": 5000, "totalPrice": 20000},
            ],
            "totalAmount": 25997,
            "state": "held",
        })
    );
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (7, 0));
}

#[tokio::test]
async fn what_can_not_be_held_is_refused_with_the_reason_and_holds_nothing() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(10).await, stores.stocked(2).await);
    let refused = stores.reserve("o1", &[(&lamp, 1), (&chair, 3)]).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (codes::INSUFFICIENT_STOCK, "Insufficient stock"));
    assert_eq!(json!(refused.details()), json!({"productId": chair.id, "requested": 3, "available": 2}));

    let hidden = Product { is_active: false, revision: 2, ..chair.clone() };
    stores.products.save(&hidden).await.unwrap();
    let unknown = Product { id: "ping".to_owned(), ..chair.clone() };
    for gone in [&hidden, &unknown, &super::product("Never", "Added", 1, 1)] {
        let refused = stores.reserve("o1", &[(&lamp, 1), (gone, 1)]).await.unwrap_err();
        assert_eq!((refused.code(), refused.message()), (codes::PRODUCT_NOT_FOUND, "Product not found"));
        assert_eq!(json!(refused.details()), json!({"productId": gone.id}));
    }
    assert_eq!(stores.hold("o1").await, None);
    assert_eq!(stores.stock(&lamp).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_buyers_of_thirty_units_thirty_buy() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(30).await;
    let orders: Vec<String> = (0..60).map(|_| id::new()).collect();
    let outcomes = join_all(orders.iter().map(|order| async { stores.reserve(order, &[(&lamp, 1)]).await })).await;
    let (held, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((held.len(), refused.len()), (30, 30));
    for refusal in refused {
        let refusal = refusal.unwrap_err();
        assert_eq!((refusal.code(), &refusal.details()["available"]), (codes::INSUFFICIENT_STOCK, &json!(0)));
    }
    assert_eq!((stores.stock(&lamp).await, stores.units(&lamp, &orders).await), (0, 30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_the_same_products_in_either_order_all_get_through() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(100).await, stores.stocked(100).await);
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 25);
    let orders: Vec<String> = (0..40).map(|_| id::new()).collect();
    let outcomes = join_all(orders.iter().enumerate().map(|(number, order)| {
        let lines = if number % 2 == 0 { [(&lamp, 1), (&chair, 2)] } else { [(&chair, 2), (&lamp, 1)] };
        let stores = &stores;
        async move { stores.reserve(order, &lines).await }
    }));
    for outcome in outcomes.await {
        outcome.unwrap();
    }
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (60, 20));
    assert_eq!((stores.units(&lamp, &orders).await, stores.units(&chair, &orders).await), (100, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_requests_at_once_are_one_hold() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    let outcomes = join_all((0..8).map(|_| async { stores.reserve("o1", &[(&lamp, 2)]).await })).await;
    let first = stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    for outcome in outcomes {
        assert_eq!(outcome.unwrap(), first);
    }
    assert_eq!(stores.stock(&lamp).await, 8);
    assert_eq!(code(stores.reserve("o1", &[(&lamp, 3)]).await), Code::IDEMPOTENCY_KEY_REUSED);
}

#[tokio::test]
async fn a_price_that_changed_after_it_was_read_is_not_sold_at() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.reserve("o1", &[(&lamp, 1)]).await.unwrap();
    let stale = Hold { order_id: "o2".to_owned(), ..stores.hold("o1").await.unwrap() };
    let dearer = Product { price: money::Price::from_cents(2_500).unwrap(), revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    assert_eq!(stores.holds.create(&stale).await.unwrap(), Created::Outdated);
    assert_eq!(stores.reserve("o2", &[(&lamp, 1)]).await.unwrap().total_amount.cents(), 2_500);
    // What was pinned stays pinned.
    assert_eq!(stores.reserve("o1", &[(&lamp, 1)]).await.unwrap().total_amount.cents(), 1_999);
}

#[tokio::test]
async fn contention_is_waited_for_and_then_told() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 4);
    stores.reserve("o1", &[(&lamp, 1)]).await.unwrap();
    stores.fail("TransactWriteItems", FaultKind::ThrottlingException, 2);
    stores.reserve("o2", &[(&lamp, 1)]).await.unwrap();
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, u32::MAX);
    let refused = reserve_stock::reserve(&stores.holds, 900, &request("o3", &[(&lamp, 1)]), few_retries()).await;
    assert_eq!(code(refused), Code::SERVICE_UNAVAILABLE);
    assert_eq!((stores.stock(&lamp).await, stores.hold("o3").await), (8, None));
}

#[tokio::test]
async fn a_hold_whose_answer_was_lost_is_made_once() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 1);
    assert_eq!(stores.reserve("o1", &[(&lamp, 4)]).await.unwrap().state, HoldState::Held);
    assert_eq!(stores.stock(&lamp).await, 6);
    // Lost beyond every retry, it is found by whoever asks next.
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 3);
    assert_eq!(code(stores.reserve("o2", &[(&lamp, 4)]).await), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stores.reserve("o2", &[(&lamp, 4)]).await.unwrap().state, HoldState::Held);
    assert_eq!(stores.stock(&lamp).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_settles_its_hold_once_however_often_it_is_told() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.reserve("o1", &[(&lamp, 4)]).await.unwrap();
    for outcome in join_all((0..6).map(|_| settle(&stores.holds, "o1", CAUSE, retries()))).await {
        outcome.unwrap();
    }
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 6));
    assert_eq!(stores.events().await, events(&[("stock.settled", "")]));
    assert_eq!(expire(&stores).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_order_gives_its_units_back_once_from_held_and_settled_only() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    for order in ["held", "settled", "expired"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
        if order == "settled" {
            settle(&stores.holds, order, CAUSE, retries()).await.unwrap();
        }
        if order == "expired" {
            let hold = stores.hold(order).await.unwrap();
            stores.holds.apply(&hold, hold.state.expire().unwrap(), None, None).await.unwrap();
        }
    }
    assert_eq!(stores.stock(&lamp).await, 6);
    for order in ["held", "settled", "expired"] {
        for outcome in join_all((0..5).map(|_| cancel(&stores.holds, order, CAUSE, retries()))).await {
            outcome.unwrap();
        }
        assert_eq!(state(&stores, order).await, State::Cancelled);
        // Final: nothing takes units for it again.
        settle(&stores.holds, order, CAUSE, retries()).await.unwrap();
        assert_eq!(stores.reserve(order, &[(&lamp, 2)]).await.unwrap().state, HoldState::Cancelled);
    }
    assert_eq!((stores.stock(&lamp).await, expire(&stores).await), (10, 0));
    assert_eq!(stores.events().await, events(&[("stock.settled", "")]));
}

#[tokio::test]
async fn a_hold_that_no_order_claimed_expires_in_its_time_and_says_so() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    for _ in 0..10 {
        stores.reserve(&id::new(), &[(&lamp, 1)]).await.unwrap();
    }
    let now = timestamp::epoch_seconds();
    let early = swept(&stores, now).await;
    assert_eq!((early.expired, stores.stock(&lamp).await), (0, 0));
    assert_eq!((expire(&stores).await, stores.stock(&lamp).await), (10, 10));
    assert_eq!(stores.events().await, events(&[("stock.rejected", "expired"); 10]));
    assert_eq!((expire(&stores).await, stores.stock(&lamp).await), (0, 10));
}

#[tokio::test]
async fn sweeps_that_run_out_of_time_go_on_where_they_stopped() {
    let stores = TestStores::new().await;
    let page = ROWS_PER_CALL as u64;
    let lamp = stores.stocked(3 * page - 1).await;
    for _ in 0..3 * page - 1 {
        stores.reserve(&id::new(), &[(&lamp, 1)]).await.unwrap();
    }
    let over = timestamp::epoch_seconds() + 1_000;
    let mut place = ScanPosition::default();
    for (expired, is_last) in [(page, false), (page, false), (page - 1, true)] {
        let swept = sweep(&stores.holds, over, Instant::now(), place).await.unwrap();
        assert_eq!((swept.expired, swept.stopped_at.is_start()), (expired, is_last));
        place = swept.stopped_at;
    }
    assert_eq!((expire(&stores).await, stores.stock(&lamp).await), (0, 3 * page - 1));
}

#[tokio::test]
async fn an_expired_hold_is_taken_again_by_its_order_or_its_order_hears_why_not() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    for order in ["o1", "o2"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
    }
    assert_eq!((expire(&stores).await, stores.stock(&lamp).await), (2, 5));
    settle(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 3));
    stores.reserve("o3", &[(&lamp, 2)]).await.unwrap();
    settle(&stores.holds, "o2", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o2").await, stores.stock(&lamp).await), (State::Expired, 1));
    let published = stores.events().await;
    assert_eq!(published[2..], events(&[("stock.settled", ""), ("stock.rejected", "insufficient stock")]));
}

#[tokio::test]
async fn an_expired_hold_is_taken_again_by_the_same_request_at_its_old_prices() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    let first = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    expire(&stores).await;
    let dearer = Product { price: money::Price::from_cents(2_500).unwrap(), revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    assert_eq!(stores.reserve("o1", &[(&lamp, 3)]).await.unwrap(), first);
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 2));
    // Held again, it expires again.
    assert_eq!(expire(&stores).await, 1);
    stores.reserve("o2", &[(&lamp, 4)]).await.unwrap();
    let refused = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap_err();
    assert_eq!(json!(refused.details()), json!({"productId": lamp.id, "requested": 3, "available": 1}));
    assert_eq!(state(&stores, "o1").await, State::Expired);
}

#[tokio::test]
async fn a_sweep_does_not_expire_what_was_held_again_meanwhile() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    let seen = stores.hold("o1").await.unwrap();
    expire(&stores).await;
    reserve_stock::reserve(&stores.holds, 1_800, &request("o1", &[(&lamp, 3)]), retries()).await.unwrap();
    let late = stores.holds.apply(&seen, seen.state.expire().unwrap(), None, None).await.unwrap();
    assert_eq!((late, state(&stores, "o1").await, stores.stock(&lamp).await), (Outcome::StateChanged, State::Held, 2));
}

#[tokio::test]
async fn an_order_cancelled_before_anything_was_held_is_remembered() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    cancel(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    let reserved = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    assert_eq!((reserved.state, reserved.items), (HoldState::Cancelled, Vec::new()));
    settle(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Cancelled, 5));
    assert_eq!(stores.events().await, []);
}

#[tokio::test]
async fn an_order_whose_hold_was_lost_does_not_wait_for_ever() {
    let stores = TestStores::new().await;
    settle(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    settle(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!(state(&stores, "o1").await, State::Cancelled);
    assert_eq!(stores.events().await, events(&[("stock.rejected", "not held")]));
}

#[tokio::test]
async fn units_of_a_product_that_was_deleted_by_hand_do_not_keep_a_hold_alive() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(5).await, stores.stocked(5).await);
    stores.reserve("o1", &[(&lamp, 3), (&chair, 3)]).await.unwrap();
    let delete = stores.tables.client().delete_item().table_name("ProductsTable");
    delete.key("id", tables::string(&lamp.id)).send().await.unwrap();
    cancel(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o1").await, stores.stock(&chair).await), (State::Cancelled, 5));
    assert_eq!(stores.products.find(&lamp.id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_races_no_unit_is_lost_or_made() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(12).await, stores.stocked(20).await);
    let orders: Vec<String> = (0..12).map(|_| id::new()).collect();
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 10);
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 5);
    let lives = orders.iter().enumerate().map(|(number, order)| {
        let (stores, lamp, chair) = (&stores, &lamp, &chair);
        async move {
            let lines = if number % 2 == 0 { [(lamp, 2), (chair, 1)] } else { [(chair, 1), (lamp, 2)] };
            // Every outcome is allowed here; what must hold is what is counted in the end.
            let _ = stores.reserve(order, &lines).await;
            let settled = settle(&stores.holds, order, CAUSE, retries());
            let cancelled =
                async { if number % 3 == 0 { cancel(&stores.holds, order, CAUSE, retries()).await } else { Ok(()) } };
            let _ = join(settled, cancelled).await;
            let _ = stores.reserve(order, &lines).await;
        }
    });
    let sweeps = async {
        for _ in 0..4 {
            let now = timestamp::epoch_seconds() + 1_000;
            let _ = sweep(&stores.holds, now, Instant::now() + Duration::from_secs(5), ScanPosition::default()).await;
        }
    };
    join(join_all(lives), sweeps).await;
    assert_eq!((stores.units(&lamp, &orders).await, stores.units(&chair, &orders).await), (12, 20));
    stores.tables.dynamodb().faults().clear();
    for order in &orders {
        cancel(&stores.holds, order, CAUSE, retries()).await.unwrap();
    }
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (12, 20));
}
