use contracts::hold_generation::HoldGeneration;

use super::*;
use crate::store::fixture::{Fixture, event};

const FIRST: HoldGeneration = HoldGeneration::FIRST;

fn settled(order_id: &str) -> StockEvent {
    StockEvent::Settled(event(StockSettled { order_id: order_id.to_owned(), hold_generation: FIRST }))
}

fn rejected(order_id: &str, reason: &str) -> StockEvent {
    let (order_id, reason) = (order_id.to_owned(), reason.to_owned());
    StockEvent::Rejected(event(StockRejected { order_id, hold_generation: FIRST, reason }))
}

fn held(order_id: &str, hold_generation: HoldGeneration) -> StockEvent {
    StockEvent::Held(event(StockHeld { order_id: order_id.to_owned(), hold_generation }))
}

fn consumer(fixture: &Fixture) -> ApplyStockEvent {
    ApplyStockEvent { orders: fixture.orders.clone() }
}

async fn state(fixture: &Fixture, order: &Order) -> (Status, Option<String>) {
    let order = fixture.orders.find(&order.order_id).await.unwrap().unwrap().order;
    (order.status, order.reason)
}

#[tokio::test]
async fn settled_stock_confirms_a_pending_order_once_however_often_the_event_arrives() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let event = settled(order.order_id.as_str());
    let consumer = consumer(&fixture);
    let (first, second) = futures_util::join!(consumer.handle(event.clone()), consumer.handle(event.clone()));
    assert!(first.is_ok() && second.is_ok());
    consumer.handle(event).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Confirmed, None));
    assert_eq!(fixture.event_types().await, ["order.created", "order.confirmed"]);
}

#[tokio::test]
async fn rejected_stock_cancels_a_pending_order_with_the_reason() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let event = rejected(order.order_id.as_str(), "insufficient stock");
    consumer(&fixture).handle(event.clone()).await.unwrap();
    consumer(&fixture).handle(event).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Cancelled, Some("insufficient stock".to_owned())));
    assert_eq!(fixture.event_types().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn the_first_of_two_events_decides() {
    let fixture = Fixture::new().await;
    let (first, second) = (fixture.placed("ada").await, fixture.placed("ada").await);
    let consumer = consumer(&fixture);
    consumer.handle(settled(first.order_id.as_str())).await.unwrap();
    consumer.handle(rejected(first.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert_eq!(state(&fixture, &first).await, (Status::Confirmed, None));
    consumer.handle(rejected(second.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    consumer.handle(settled(second.order_id.as_str())).await.unwrap();
    assert_eq!(state(&fixture, &second).await, (Status::Cancelled, Some(StockRejected::EXPIRED.to_owned())));
}

#[tokio::test]
async fn an_order_with_a_later_hold_is_not_cancelled_by_what_became_of_an_earlier_one() {
    let fixture = Fixture::new().await;
    let order = Order { hold_generation: FIRST.next(), ..crate::store::fixture::order("ada") };
    fixture.add(&order, "f1").await.unwrap();
    let consumer = consumer(&fixture);
    consumer.handle(rejected(order.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Pending, None));
    consumer.handle(settled(order.order_id.as_str())).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Confirmed, None));
}

#[tokio::test]
async fn a_pending_order_relies_on_the_latest_hold_that_it_was_told_of_and_says_so_once() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let (id, second, third) = (order.order_id.as_str(), FIRST.next(), FIRST.next().next());
    let consumer = consumer(&fixture);
    for generation in [third, second, third, FIRST] {
        consumer.handle(held(id, generation)).await.unwrap();
    }
    let stored = fixture.orders.find(&order.order_id).await.unwrap().unwrap().order;
    assert_eq!((stored.status, stored.hold_generation), (Status::Pending, third));
    consumer.handle(rejected(id, StockRejected::EXPIRED)).await.unwrap();
    consumer.handle(settled(id)).await.unwrap();
    consumer.handle(held(id, third.next())).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Confirmed, None));
    assert_eq!(fixture.event_types().await, ["order.created", "order.renewed", "order.confirmed"]);
}

#[tokio::test]
async fn an_order_from_before_generations_relies_on_the_first() {
    let fixture = Fixture::new().await;
    let (first, second) = (fixture.placed("ada").await, fixture.placed("ada").await);
    for order in [&first, &second] {
        let update = fixture.tables.client().update_item().table_name("OrdersTable");
        let update = update.key("orderId", tables::string(order.order_id.as_str()));
        update.update_expression("REMOVE holdGeneration").send().await.unwrap();
    }
    let consumer = consumer(&fixture);
    consumer.handle(held(first.order_id.as_str(), FIRST.next())).await.unwrap();
    for order in [&first, &second] {
        consumer.handle(rejected(order.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    }
    assert_eq!(state(&fixture, &first).await.0, Status::Pending);
    assert_eq!(state(&fixture, &second).await.0, Status::Cancelled);
}

#[tokio::test]
async fn an_order_that_its_customer_cancelled_stays_cancelled() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let written = event(order::cancelled(&order.order_id, Some("ada"), &Transition::Cancel));
    fixture.orders.apply(&order.order_id, Some("ada"), &Transition::Cancel, &written).await.unwrap();
    consumer(&fixture).handle(settled(order.order_id.as_str())).await.unwrap();
    consumer(&fixture).handle(rejected(order.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert_eq!(state(&fixture, &order).await, (Status::Cancelled, None));
    assert_eq!(fixture.event_types().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn an_expired_hold_without_an_order_is_acknowledged_and_any_other_event_without_one_is_retried() {
    let fixture = Fixture::new().await;
    let id = OrderId::random();
    consumer(&fixture).handle(rejected(id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert!(consumer(&fixture).handle(rejected(id.as_str(), "insufficient stock")).await.is_err());
    assert!(consumer(&fixture).handle(settled(id.as_str())).await.is_err());
    assert!(consumer(&fixture).handle(held(id.as_str(), FIRST.next())).await.is_err());
}

#[tokio::test]
async fn the_event_of_a_change_belongs_to_the_request_that_caused_it() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let mut cause = event(StockSettled { order_id: order.order_id.as_str().to_owned(), hold_generation: FIRST });
    cause.requestid = "r7".to_owned();
    cause.traceparent = Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned());
    consumer(&fixture).handle(StockEvent::Settled(cause.clone())).await.unwrap();
    let stream = fixture.tables.stream_event("OrdersTable").await;
    let written = &stream["Records"][1]["dynamodb"]["NewImage"]["event"]["M"];
    assert_eq!(written["requestid"]["S"], "r7");
    assert_eq!(written["traceparent"]["S"].as_str(), cause.traceparent.as_deref());
    assert_eq!(written["data"]["M"]["userId"]["S"], "ada");
}
