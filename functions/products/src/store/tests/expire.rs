//! Expiring holds, and taking the units of expired ones again.

use std::time::Instant;

use contracts::codes;
use envelope::Code;
use serde_json::json;

use super::*;
use crate::domain::hold_state::State;
use crate::domain::id;
use crate::store::expiring_holds::ROWS_PER_CALL;
use crate::store::{Created, Outcome, ScanPosition};
use crate::workers::release_expired_reservations::sweep;

#[tokio::test]
async fn a_hold_without_an_order_expires_in_time_and_publishes_it() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    for _ in 0..10 {
        stores.reserve(&id::new(), &[(&lamp, 1)]).await.unwrap();
    }
    let now = timestamp::epoch_seconds();
    let early = sweep_all(&stores, now).await;
    assert_eq!((early.expired, stores.stock(&lamp).await), (0, 0));
    assert_eq!((expire_all(&stores).await, stores.stock(&lamp).await), (10, 10));
    assert_eq!(stores.events().await, events(&[("stock.rejected", "expired"); 10]));
    assert_eq!((expire_all(&stores).await, stores.stock(&lamp).await), (0, 10));
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
    assert_eq!((expire_all(&stores).await, stores.stock(&lamp).await), (0, 3 * page - 1));
}

#[tokio::test]
async fn an_expired_hold_is_held_again_for_its_order_which_is_told_before_it_is_settled() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    for order in ["o1", "o2"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
    }
    assert_eq!((expire_all(&stores).await, stores.stock(&lamp).await), (2, 5));
    stores.settle("o1", 1).await;
    // The order's event comes again: the units are not taken twice.
    stores.settle("o1", 1).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 3));
    assert!(stores.hold("o1").await.unwrap().expires_at.unwrap() > timestamp::epoch_seconds() + 800);
    stores.settle("o1", 2).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 3));
    stores.reserve("o3", &[(&lamp, 2)]).await.unwrap();
    stores.settle("o2", 1).await;
    assert_eq!((state(&stores, "o2").await, stores.stock(&lamp).await), (State::Expired, 1));
    assert_eq!(
        stores.generations().await[2..],
        [("stock.held", 2), ("stock.held", 2), ("stock.settled", 2), ("stock.rejected", 1)].map(told)
    );
    assert_eq!(stores.events().await[5..], events(&[("stock.rejected", "insufficient stock")]));
}

#[tokio::test]
async fn an_order_takes_its_units_again_at_its_own_prices_also_of_a_product_that_is_no_longer_for_sale() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    let first = stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    expire_all(&stores).await;
    let price = money::Price::from_cents(2_500).unwrap();
    stores.products.save(&Product { is_active: false, price, revision: 2, ..lamp.clone() }).await.unwrap();
    stores.settle("o1", 1).await;
    let held = stores.hold("o1").await.unwrap();
    assert_eq!((held.state, held.total_amount, stores.stock(&lamp).await), (State::Held, first.total_amount, 3));
}

#[tokio::test]
async fn an_order_written_late_learns_of_the_hold_that_a_retry_got() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    expire_all(&stores).await;
    assert_eq!(stores.reserve("o1", &[(&lamp, 2)]).await.unwrap().hold_generation.number(), 2);
    stores.settle("o1", 1).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 3));
    stores.settle("o1", 2).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 3));
    let expected = [("stock.rejected", 1), ("stock.held", 2), ("stock.settled", 2)].map(told);
    assert_eq!(stores.generations().await, expected);
}

#[tokio::test]
async fn an_order_never_gets_the_units_of_another_request_under_its_id() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(5).await, stores.stocked(5).await);
    stores.reserve("o1", &[(&lamp, 2)]).await.unwrap();
    expire_all(&stores).await;
    stores.reserve("o1", &[(&chair, 1)]).await.unwrap();
    let before = stores.hold("o1").await;
    for _ in 0..2 {
        stores.settle("o1", 1).await;
        assert_eq!((stores.hold("o1").await, stores.stock(&lamp).await), (before.clone(), 5));
    }
    // Neither after that has expired, too.
    expire_all(&stores).await;
    stores.settle("o1", 1).await;
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (5, 5));
    let not_held = ("stock.rejected", "not held");
    let expired = ("stock.rejected", "expired");
    assert_eq!(stores.events().await, events(&[expired, not_held, not_held, expired, not_held]));
}

#[tokio::test]
async fn an_expired_hold_is_held_again_by_the_same_request_at_todays_price_and_name() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    let first = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    expire_all(&stores).await;
    let price = money::Price::from_cents(2_500).unwrap();
    let dearer = Product { name: product("Lantern", "Light", 1, 1).name, price, revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    let again = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    assert_eq!((first.total_amount.cents(), again.total_amount.cents()), (5_997, 7_500));
    assert_eq!(again.items[0].product_name, "Lantern");
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 2));
    // After it was held again it expires again.
    assert_eq!(expire_all(&stores).await, 1);
    stores.reserve("o2", &[(&lamp, 4)]).await.unwrap();
    let refused = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap_err();
    assert_eq!(json!(refused.details()), json!({"productId": lamp.id, "requested": 3, "available": 1}));
    assert_eq!(state(&stores, "o1").await, State::Expired);
}

#[tokio::test]
async fn an_expired_hold_of_a_product_that_is_no_longer_for_sale_is_not_held_again() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(5).await, stores.stocked(5).await);
    stores.reserve("o1", &[(&chair, 1), (&lamp, 3)]).await.unwrap();
    expire_all(&stores).await;
    stores.products.save(&Product { is_active: false, revision: 2, ..lamp.clone() }).await.unwrap();
    let refused = stores.reserve("o1", &[(&chair, 1), (&lamp, 3)]).await.unwrap_err();
    assert_eq!((refused.code(), json!(refused.details())), (codes::PRODUCT_NOT_FOUND, json!({"productId": lamp.id})));
    assert_eq!((stores.stock(&chair).await, stores.stock(&lamp).await), (5, 5));
}

/// Waits until no hold of this many seconds that was made before the call is in its time.
async fn outlived(stores: &TestStores, order_id: &str) {
    let expires_at = stores.hold(order_id).await.unwrap().expires_at.unwrap();
    while timestamp::epoch_seconds() < expires_at {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_repeated_request_gets_its_hold_for_the_full_time() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    let reserve = async |seconds| {
        reserve_stock::reserve(&stores.holds, seconds, &request("o1", &[(&lamp, 3)]), retries()).await.unwrap()
    };
    reserve(60).await;
    // The lamp's price of today is for new holds: this one keeps its own.
    let dearer = Product { price: money::Price::from_cents(2_500).unwrap(), revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    let before = timestamp::epoch_seconds();
    assert_eq!(reserve(900).await.total_amount.cents(), 5_997);
    assert!(stores.hold("o1").await.unwrap().expires_at.unwrap() >= before + 900);
    // A hold that has the full time is not written again.
    stores.calls();
    reserve(60).await;
    assert_eq!(stores.calls(), [("BatchGetItem".to_owned(), 1)]);
    assert!(stores.hold("o1").await.unwrap().expires_at.unwrap() >= before + 900);
}

/// A request whose hold's time is over, without a sweep since: 3 of the lamp's 5 units.
async fn held_too_long(stores: &TestStores, lamp: &Product) {
    reserve_stock::reserve(&stores.holds, 0, &request("o1", &[(lamp, 3)]), retries()).await.unwrap();
    outlived(stores, "o1").await;
}

#[tokio::test]
async fn a_request_whose_hold_is_past_its_time_gets_a_new_one_with_the_same_units() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    held_too_long(&stores, &lamp).await;
    let price = money::Price::from_cents(2_500).unwrap();
    let dearer = Product { name: product("Lantern", "Light", 1, 1).name, price, revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    // All other units are sold.
    stores.reserve("o2", &[(&lamp, 2)]).await.unwrap();
    let again = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    assert_eq!((again.hold_generation.number(), again.total_amount.cents()), (2, 7_500));
    assert_eq!(again.items[0].product_name, "Lantern");
    assert_eq!(sweep_all(&stores, timestamp::epoch_seconds()).await.expired, 0);
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 0));
    // An order that was written with the hold before is told of this one, and of nothing else.
    for relies_on in [1, 2] {
        stores.settle("o1", relies_on).await;
    }
    assert_eq!(stores.generations().await, [("stock.held", 2), ("stock.settled", 2)].map(told));
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 0));
}

#[tokio::test]
async fn a_request_that_is_refused_a_new_hold_leaves_the_one_past_its_time_to_the_order() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    held_too_long(&stores, &lamp).await;
    stores.products.save(&Product { is_active: false, revision: 2, ..lamp.clone() }).await.unwrap();
    let before = stores.hold("o1").await;
    let refused = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap_err();
    assert_eq!((refused.code(), stores.hold("o1").await), (codes::PRODUCT_NOT_FOUND, before));
    stores.settle("o1", 1).await;
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 2));
}

#[tokio::test]
async fn a_hold_that_got_a_later_expiry_is_not_replaced() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    held_too_long(&stores, &lamp).await;
    let seen = stores.hold("o1").await.unwrap();
    let later = stores.holds.apply(&seen, seen.state.unchanged(), None, Some(timestamp::epoch_seconds() + 900)).await;
    assert_eq!(later.unwrap(), Outcome::Applied);
    let next = Hold { generation: seen.generation.next(), ..seen.clone() };
    assert_eq!(stores.holds.create(&next, Some(&seen)).await.unwrap(), Created::Outdated);
}

#[tokio::test]
async fn a_hold_that_got_a_later_expiry_neither_expires_nor_gets_an_earlier_one() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    held_too_long(&stores, &lamp).await;
    let seen = stores.hold("o1").await.unwrap();
    let later = timestamp::epoch_seconds() + 900;
    let extend = async |until| stores.holds.apply(&seen, seen.state.unchanged(), None, Some(until)).await.unwrap();
    assert_eq!(extend(later).await, Outcome::Applied);
    assert_eq!(extend(later - 1).await, Outcome::HoldChanged);
    let expire = seen.state.expire().unwrap();
    assert_eq!(stores.holds.apply(&seen, expire, None, None).await.unwrap(), Outcome::HoldChanged);
    assert_eq!((stores.hold("o1").await.unwrap().expires_at, stores.stock(&lamp).await), (Some(later), 2));
    // Its order does not care until when it would have been held, and afterwards nobody does.
    let settle = seen.state.settle().unwrap();
    assert_eq!(stores.holds.apply(&seen, settle, None, None).await.unwrap(), Outcome::Applied);
    assert_eq!(stores.hold("o1").await.unwrap().expires_at, None);
}

#[tokio::test]
async fn an_expired_hold_leaves_its_key_to_another_request() {
    let stores = TestStores::new().await;
    let (lamp, chair) = (stores.stocked(5).await, stores.stocked(5).await);
    stores.reserve("swept", &[(&lamp, 3)]).await.unwrap();
    expire_all(&stores).await;
    reserve_stock::reserve(&stores.holds, 0, &request("over", &[(&lamp, 3)]), retries()).await.unwrap();
    outlived(&stores, "over").await;
    for order in ["swept", "over"] {
        let other = stores.reserve(order, &[(&chair, 2)]).await.unwrap();
        assert_eq!((other.items.len(), other.items[0].product_id.as_str()), (1, chair.id.as_str()));
        // Now it is that request's.
        let first = stores.reserve(order, &[(&lamp, 3)]).await.unwrap_err();
        assert_eq!(first.code(), Code::IDEMPOTENCY_KEY_REUSED);
    }
    assert_eq!((stores.stock(&lamp).await, stores.stock(&chair).await), (5, 1));
}

#[tokio::test]
async fn a_sweep_does_not_expire_a_hold_that_was_held_again() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    let seen = stores.hold("o1").await.unwrap();
    expire_all(&stores).await;
    reserve_stock::reserve(&stores.holds, 1_800, &request("o1", &[(&lamp, 3)]), retries()).await.unwrap();
    let late = stores.holds.apply(&seen, seen.state.expire().unwrap(), None, None).await.unwrap();
    assert_eq!((late, state(&stores, "o1").await, stores.stock(&lamp).await), (Outcome::HoldChanged, State::Held, 2));
}
