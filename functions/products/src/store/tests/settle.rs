//! Settling and cancelling holds, and races of everything that changes one.

use std::time::{Duration, Instant};

use contracts::payloads::{OrderCancelled, OrderCreated, OrderRenewed};
use contracts::reserve_stock::HoldState;
use events::Consumer;
use futures_util::future::{join, join_all};
use local_testing::FaultKind;

use super::*;
use crate::domain::hold_state::State;
use crate::domain::id;
use crate::store::ScanPosition;
use crate::workers::release_expired_reservations::sweep;
use crate::workers::settle_reservation::{OrderEvent, SettleReservation, cancel, settle};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_order_event_settles_the_hold_once() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.reserve("o1", &[(&lamp, 4)]).await.unwrap();
    join_all((0..6).map(|_| stores.settle("o1", 1))).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 6));
    assert_eq!(stores.events().await, events(&[("stock.settled", "")]));
    assert_eq!(expire_all(&stores).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_order_returns_its_units_once_from_held_and_settled_only() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    for order in ["held", "settled", "expired"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
        if order == "settled" {
            stores.settle(order, 1).await;
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
        // Final: no units are taken for it again.
        stores.settle(order, 1).await;
        assert_eq!(stores.reserve(order, &[(&lamp, 2)]).await.unwrap().state, HoldState::Cancelled);
    }
    assert_eq!((stores.stock(&lamp).await, expire_all(&stores).await), (10, 0));
    assert_eq!(stores.events().await, events(&[("stock.settled", "")]));
}

#[tokio::test]
async fn an_order_cancelled_before_anything_was_held_stays_cancelled() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    cancel(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    let reserved = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    assert_eq!((reserved.state, reserved.items), (HoldState::Cancelled, Vec::new()));
    stores.settle("o1", 1).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Cancelled, 5));
    assert_eq!(stores.events().await, []);
    // As long as a message about the order can come.
    let item = stores.item("o1").await;
    let forget_at: u64 = item["forgetAt"].as_n().unwrap().parse().unwrap();
    assert!(forget_at.abs_diff(timestamp::epoch_seconds() + 30 * 86_400) < 60, "{forget_at}");
}

#[tokio::test]
async fn each_event_of_an_order_changes_its_hold() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    expire_all(&stores).await;
    let [holds, products] = ["HoldsTable", "ProductsTable"].map(str::to_owned);
    let consumer = SettleReservation { holds: Holds::new(stores.tables.client(), holds, products), hold_seconds: 900 };
    let (order_id, user_id) = ("o1".to_owned(), "ada".to_owned());
    let created = OrderCreated {
        order_id: order_id.clone(),
        user_id: Some(user_id.clone()),
        total_amount: 3_998,
        hold_generation: generation(1),
    };
    let renewed = OrderRenewed { order_id: order_id.clone(), hold_generation: generation(2) };
    let cancelled = OrderCancelled { order_id, user_id: Some(user_id), reason: None };
    for (event, state_after, stock_after) in [
        (OrderEvent::Created(Event::new(SERVICE, created, CAUSE)), State::Held, 3),
        (OrderEvent::Renewed(Event::new(SERVICE, renewed, CAUSE)), State::Settled, 3),
        (OrderEvent::Cancelled(Event::new(SERVICE, cancelled, CAUSE)), State::Cancelled, 5),
    ] {
        consumer.handle(event).await.unwrap();
        assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (state_after, stock_after));
    }
}

#[tokio::test]
async fn a_hold_from_before_generations_is_of_the_first() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    for order in ["settled", "cancelled"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
        let update = stores.tables.client().update_item().table_name("HoldsTable");
        let update = update.key("orderId", tables::string(order));
        update.update_expression("REMOVE generation, linesSince").send().await.unwrap();
    }
    stores.settle("settled", 1).await;
    cancel(&stores.holds, "cancelled", CAUSE, retries()).await.unwrap();
    assert_eq!(
        (state(&stores, "settled").await, state(&stores, "cancelled").await),
        (State::Settled, State::Cancelled)
    );
    assert_eq!(stores.stock(&lamp).await, 3);
}

#[tokio::test]
async fn an_order_whose_hold_was_lost_is_rejected() {
    let stores = TestStores::new().await;
    stores.settle("o1", 1).await;
    stores.settle("o1", 1).await;
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
async fn no_race_loses_or_creates_a_unit() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(12).await, stores.stocked(20).await);
    let orders: Vec<String> = (0..12).map(|_| id::new()).collect();
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 10);
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 5);
    let lives = orders.iter().enumerate().map(|(number, order)| {
        let (stores, lamp, chair) = (&stores, &lamp, &chair);
        async move {
            let lines = if number % 2 == 0 { [(lamp, 2), (chair, 1)] } else { [(chair, 1), (lamp, 2)] };
            // Any outcome is allowed here. Only the units are counted, at the end.
            let reserved = stores.reserve(order, &lines).await;
            let relies_on = reserved.map(|hold| hold.hold_generation).unwrap_or_default();
            let settled = settle(&stores.holds, 900, order, relies_on, CAUSE, retries());
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

#[tokio::test]
async fn a_cancellation_that_meets_another_transaction_is_tried_again() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 1);
    cancel(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Cancelled, 5));
}

#[tokio::test]
async fn a_settlement_that_meets_another_transaction_or_loses_its_response_writes_one_event() {
    for kind in [FaultKind::TransactionConflict, FaultKind::AnswerLost] {
        let stores = TestStores::new().await;
        let lamp = stores.stocked(5).await;
        stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
        stores.fail("UpdateItem", kind, 1);
        stores.settle("o1", 1).await;
        assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 3));
        assert_eq!(stores.events().await, events(&[("stock.settled", "")]));
    }
}
