use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};

use super::world::{World, event, order};
use super::*;
use crate::domain::order::{Order, cancelled};
use crate::domain::order_id::OrderId;
use crate::domain::status::{Change, Status};

async fn cancel(world: &World, user_id: &str, id: &OrderId) -> Changed {
    let told = event(cancelled(id, user_id, &Change::Cancel));
    world.orders.change(id, user_id, &Change::Cancel, &told).await.unwrap()
}

async fn confirm(world: &World, order: &Order) -> Changed {
    let told = event(order.confirmed());
    world.orders.change(&order.order_id, &order.user_id, &Change::Confirm, &told).await.unwrap()
}

fn with(order: &Order, status: Status) -> Order {
    Order { status, ..order.clone() }
}

#[tokio::test]
async fn an_order_is_added_once() {
    let world = World::new().await;
    let first = world.placed("ada").await;
    let again = world.orders.insert(&first, "f2", &event(first.created())).await.unwrap();
    let Inserted::Before(stored) = again else { panic!("{again:?}") };
    assert_eq!((stored.order, stored.fingerprint.as_str()), (first, "f1"));
}

#[tokio::test]
async fn six_who_cancel_at_once_cancel_once() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let outcomes = join_all((0..6).map(|_| cancel(&world, "ada", &order.order_id))).await;
    let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|it| matches!(it, Changed::Done(_)));
    assert_eq!(done, [Changed::Done(with(&order, Status::Cancelled))]);
    assert_eq!(refused, [const { Changed::Refused(Status::Cancelled) }; 5]);
    assert_eq!(world.told().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn cancelling_beside_confirming_ends_cancelled() {
    let world = World::new().await;
    for _ in 0..20 {
        let order = world.placed("ada").await;
        let (confirmed, cancelled) = tokio::join!(confirm(&world, &order), cancel(&world, "ada", &order.order_id));
        assert_eq!(cancelled, Changed::Done(with(&order, Status::Cancelled)));
        let expected = [Changed::Done(with(&order, Status::Confirmed)), Changed::Refused(Status::Cancelled)];
        assert!(expected.contains(&confirmed), "{confirmed:?}");
        let stored = world.orders.find(&order.order_id).await.unwrap().unwrap();
        assert_eq!(stored.order.status, Status::Cancelled);
    }
}

#[tokio::test]
async fn a_confirmed_order_can_be_cancelled_but_not_rejected() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    assert_eq!(confirm(&world, &order).await, Changed::Done(with(&order, Status::Confirmed)));
    assert_eq!(confirm(&world, &order).await, Changed::Refused(Status::Confirmed));
    let reject = Change::Reject { reason: "expired".to_owned() };
    let told = event(cancelled(&order.order_id, "ada", &reject));
    let rejected = world.orders.change(&order.order_id, "ada", &reject, &told).await.unwrap();
    assert_eq!(rejected, Changed::Refused(Status::Confirmed));
    assert_eq!(cancel(&world, "ada", &order.order_id).await, Changed::Done(with(&order, Status::Cancelled)));
}

#[tokio::test]
async fn another_customer_s_order_is_as_good_as_none() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    assert_eq!(cancel(&world, "bob", &order.order_id).await, Changed::NotFound);
    assert_eq!(cancel(&world, "bob", &OrderId::random()).await, Changed::NotFound);
    assert_eq!(world.orders.find(&order.order_id).await.unwrap().unwrap().order, order);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_done_all_the_same() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    world.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(cancel(&world, "ada", &order.order_id).await, Changed::Done(with(&order, Status::Cancelled)));
}

#[tokio::test]
async fn pages_show_every_order_once_newest_first() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for count in 0..7 {
        // Some of the same millisecond.
        let mut order = order("ada");
        order.created_at = format!("2026-01-31T12:00:00.00{}Z", count / 3);
        world.orders.insert(&order, "f", &event(order.created())).await.unwrap();
        expected.push(order);
    }
    world.placed("bob").await;
    let (mut seen, mut after, mut sizes) = (Vec::new(), None, Vec::new());
    loop {
        let (page, next) = world.list.newest("ada", after, 3).await.unwrap();
        sizes.push(page.len());
        seen.extend(page);
        let Some(next) = next else { break };
        after = Some(next);
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert!(seen.is_sorted_by(|a, b| a.created_at >= b.created_at), "{seen:?}");
    let by_id = |mut orders: Vec<Order>| {
        orders.sort_by(|a, b| a.order_id.as_str().cmp(b.order_id.as_str()));
        orders
    };
    assert_eq!(by_id(seen), by_id(expected));
}

#[tokio::test]
async fn a_full_last_page_says_that_it_is_the_last() {
    let world = World::new().await;
    for _ in 0..2 {
        world.placed("ada").await;
    }
    let (page, next) = world.list.newest("ada", None, 2).await.unwrap();
    assert_eq!((page.len(), next), (2, None));
}

#[tokio::test]
async fn a_list_shows_the_state_and_reason_of_now() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let reject = Change::Reject { reason: "expired".to_owned() };
    let told = event(cancelled(&order.order_id, "ada", &reject));
    let changed = world.orders.change(&order.order_id, "ada", &reject, &told).await.unwrap();
    let rejected = Order { reason: Some("expired".to_owned()), ..with(&order, Status::Cancelled) };
    assert_eq!(changed, Changed::Done(rejected.clone()));
    assert_eq!(world.list.newest("ada", None, 20).await.unwrap(), (vec![rejected], None));
}
