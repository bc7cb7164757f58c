//! Expiring holds, and taking the units of expired ones again.

use std::time::Instant;

use serde_json::json;

use super::*;
use crate::domain::hold::State;
use crate::domain::id;
use crate::store::expiring_holds::ROWS_PER_CALL;
use crate::store::{Outcome, ScanPosition};
use crate::workers::release_expired_reservations::sweep;
use crate::workers::settle_reservation::settle;

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
async fn an_expired_hold_is_settled_by_its_order_or_rejected() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    for order in ["o1", "o2"] {
        stores.reserve(order, &[(&lamp, 2)]).await.unwrap();
    }
    assert_eq!((expire_all(&stores).await, stores.stock(&lamp).await), (2, 5));
    settle(&stores.holds, "o1", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Settled, 3));
    stores.reserve("o3", &[(&lamp, 2)]).await.unwrap();
    settle(&stores.holds, "o2", CAUSE, retries()).await.unwrap();
    assert_eq!((state(&stores, "o2").await, stores.stock(&lamp).await), (State::Expired, 1));
    let published = stores.events().await;
    assert_eq!(published[2..], events(&[("stock.settled", ""), ("stock.rejected", "insufficient stock")]));
}

#[tokio::test]
async fn an_expired_hold_is_held_again_by_the_same_request_at_its_old_prices() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    let first = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    expire_all(&stores).await;
    let dearer = Product { price: money::Price::from_cents(2_500).unwrap(), revision: 2, ..lamp.clone() };
    stores.products.save(&dearer).await.unwrap();
    assert_eq!(stores.reserve("o1", &[(&lamp, 3)]).await.unwrap(), first);
    assert_eq!((state(&stores, "o1").await, stores.stock(&lamp).await), (State::Held, 2));
    // After it was held again it expires again.
    assert_eq!(expire_all(&stores).await, 1);
    stores.reserve("o2", &[(&lamp, 4)]).await.unwrap();
    let refused = stores.reserve("o1", &[(&lamp, 3)]).await.unwrap_err();
    assert_eq!(json!(refused.details()), json!({"productId": lamp.id, "requested": 3, "available": 1}));
    assert_eq!(state(&stores, "o1").await, State::Expired);
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
    assert_eq!((late, state(&stores, "o1").await, stores.stock(&lamp).await), (Outcome::StateChanged, State::Held, 2));
}
