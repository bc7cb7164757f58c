//! Reserving stock: creating holds.

use contracts::codes;
use contracts::reserve_stock::HoldState;
use envelope::{Code, Failure};
use futures_util::future::join_all;
use local_testing::FaultKind;
use serde_json::json;

use super::*;
use crate::domain::id;
use crate::store::Created;

fn code<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Code {
    outcome.unwrap_err().code()
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
            "holdGeneration": 1,
        })
    );
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (7, 0));
}

#[tokio::test]
async fn a_refused_reservation_has_the_reason_and_holds_nothing() {
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
async fn equal_concurrent_requests_are_one_hold() {
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
async fn a_product_is_not_sold_at_an_outdated_price() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.reserve("o1", &[(&lamp, 1)]).await.unwrap();
    let stale = Hold { order_id: "o2".to_owned(), ..stores.hold("o1").await.unwrap() };
    let dearer = Product { price: money::Price::from_cents(2_500).unwrap(), revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    assert_eq!(stores.holds.create(&stale, None).await.unwrap(), Created::Outdated);
    assert_eq!(stores.reserve("o2", &[(&lamp, 1)]).await.unwrap().total_amount.cents(), 2_500);
    // The first hold keeps its price.
    assert_eq!(stores.reserve("o1", &[(&lamp, 1)]).await.unwrap().total_amount.cents(), 1_999);
}

#[tokio::test]
async fn conflicts_are_retried_and_then_a_503() {
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
async fn a_hold_whose_response_was_lost_is_created_once() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 1);
    assert_eq!(stores.reserve("o1", &[(&lamp, 4)]).await.unwrap().state, HoldState::Held);
    assert_eq!(stores.stock(&lamp).await, 6);
    // Lost in every retry: the next request finds it.
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 3);
    assert_eq!(code(stores.reserve("o2", &[(&lamp, 4)]).await), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stores.reserve("o2", &[(&lamp, 4)]).await.unwrap().state, HoldState::Held);
    assert_eq!(stores.stock(&lamp).await, 2);
}
