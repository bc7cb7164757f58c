use contracts::hold_generation::HoldGeneration;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};

use super::fixture::{Fixture, event, order};
use super::*;
use crate::domain::order::{Order, cancelled};
use crate::domain::order_id::OrderId;
use crate::domain::status::{Status, Transition};

async fn cancel(fixture: &Fixture, user_id: &str, id: &OrderId) -> Applied {
    let written = event(cancelled(id, Some(user_id), &Transition::Cancel));
    fixture.orders.apply(id, Some(user_id), &Transition::Cancel, &written).await.unwrap()
}

async fn confirm(fixture: &Fixture, order: &Order) -> Applied {
    let written = event(order.confirmed());
    fixture.orders.apply(&order.order_id, order.user_id.as_deref(), &Transition::Confirm, &written).await.unwrap()
}

fn with(order: &Order, status: Status) -> Order {
    Order { status, ..order.clone() }
}

#[tokio::test]
async fn an_order_is_added_once() {
    let fixture = Fixture::new().await;
    let first = fixture.placed("ada").await;
    let again = fixture.add(&first, "f2").await.unwrap();
    let Inserted::Exists(stored) = again else { panic!("{again:?}") };
    assert_eq!((stored.order, stored.fingerprint.as_str()), (first, "f1"));
}

#[tokio::test]
async fn six_cancellations_at_once_cancel_once() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let outcomes = join_all((0..6).map(|_| cancel(&fixture, "ada", &order.order_id))).await;
    let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|it| matches!(it, Applied::Done(_)));
    assert_eq!(done, [Applied::Done(with(&order, Status::Cancelled))]);
    assert_eq!(refused, [const { Applied::Refused(Status::Cancelled) }; 5]);
    assert_eq!(fixture.event_types().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn cancelling_beside_confirming_ends_cancelled() {
    let fixture = Fixture::new().await;
    for _ in 0..20 {
        let order = fixture.placed("ada").await;
        let (confirmed, cancelled) = tokio::join!(confirm(&fixture, &order), cancel(&fixture, "ada", &order.order_id));
        assert_eq!(cancelled, Applied::Done(with(&order, Status::Cancelled)));
        let expected = [Applied::Done(with(&order, Status::Confirmed)), Applied::Refused(Status::Cancelled)];
        assert!(expected.contains(&confirmed), "{confirmed:?}");
        let stored = fixture.orders.find(&order.order_id).await.unwrap().unwrap();
        assert_eq!(stored.order.status, Status::Cancelled);
    }
}

#[tokio::test]
async fn a_confirmed_order_can_be_cancelled_but_not_rejected() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    assert_eq!(confirm(&fixture, &order).await, Applied::Done(with(&order, Status::Confirmed)));
    assert_eq!(confirm(&fixture, &order).await, Applied::Refused(Status::Confirmed));
    let reject = Transition::Reject { hold_generation: HoldGeneration::FIRST, reason: "expired".to_owned() };
    let written = event(cancelled(&order.order_id, Some("ada"), &reject));
    let rejected = fixture.orders.apply(&order.order_id, Some("ada"), &reject, &written).await.unwrap();
    assert_eq!(rejected, Applied::Refused(Status::Confirmed));
    assert_eq!(cancel(&fixture, "ada", &order.order_id).await, Applied::Done(with(&order, Status::Cancelled)));
}

#[tokio::test]
async fn another_customer_s_order_is_not_found() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    assert_eq!(cancel(&fixture, "bob", &order.order_id).await, Applied::NotFound);
    assert_eq!(cancel(&fixture, "bob", &OrderId::random()).await, Applied::NotFound);
    assert_eq!(fixture.orders.find(&order.order_id).await.unwrap().unwrap().order, order);
}

#[tokio::test]
async fn a_transition_whose_response_was_lost_is_applied() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    fixture.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(cancel(&fixture, "ada", &order.order_id).await, Applied::Done(with(&order, Status::Cancelled)));
}

#[tokio::test]
async fn pages_show_every_order_once_newest_first() {
    let fixture = Fixture::new().await;
    let mut expected = Vec::new();
    for count in 0..7 {
        // Several orders share a millisecond.
        let mut order = order("ada");
        order.created_at = format!("2026-01-31T12:00:00.00{}Z", count / 3);
        fixture.add(&order, "f").await.unwrap();
        expected.push(order);
    }
    fixture.placed("bob").await;
    let (mut seen, mut after, mut sizes) = (Vec::new(), None, Vec::new());
    loop {
        let (page, next) = fixture.list.newest("ada", after, 3).await.unwrap();
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
async fn a_full_last_page_has_no_next_page() {
    let fixture = Fixture::new().await;
    for _ in 0..2 {
        fixture.placed("ada").await;
    }
    let (page, next) = fixture.list.newest("ada", None, 2).await.unwrap();
    assert_eq!((page.len(), next), (2, None));
}

#[tokio::test]
async fn a_list_shows_the_present_state_and_reason() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let reject = Transition::Reject { hold_generation: HoldGeneration::FIRST, reason: "expired".to_owned() };
    let written = event(cancelled(&order.order_id, Some("ada"), &reject));
    let changed = fixture.orders.apply(&order.order_id, Some("ada"), &reject, &written).await.unwrap();
    let rejected = Order { reason: Some("expired".to_owned()), ..with(&order, Status::Cancelled) };
    assert_eq!(changed, Applied::Done(rejected.clone()));
    assert_eq!(fixture.list.newest("ada", None, 20).await.unwrap(), (vec![rejected], None));
}
