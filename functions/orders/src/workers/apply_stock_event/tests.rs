use super::*;
use crate::store::fixture::{Fixture, event};

fn settled(order_id: &str) -> StockEvent {
    StockEvent::Settled(event(StockSettled { order_id: order_id.to_owned() }))
}

fn rejected(order_id: &str, reason: &str) -> StockEvent {
    StockEvent::Rejected(event(StockRejected { order_id: order_id.to_owned(), reason: reason.to_owned() }))
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
async fn an_order_that_its_customer_cancelled_stays_cancelled() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let written = event(order::cancelled(&order.order_id, "ada", &Transition::Cancel));
    fixture.orders.apply(&order.order_id, "ada", &Transition::Cancel, &written).await.unwrap();
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
}

#[tokio::test]
async fn the_event_of_a_change_belongs_to_the_request_that_caused_it() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let mut cause = event(StockSettled { order_id: order.order_id.as_str().to_owned() });
    cause.requestid = "r7".to_owned();
    cause.traceparent = Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned());
    consumer(&fixture).handle(StockEvent::Settled(cause.clone())).await.unwrap();
    let stream = fixture.tables.stream_event("OrdersTable").await;
    let written = &stream["Records"][1]["dynamodb"]["NewImage"]["event"]["M"];
    assert_eq!(written["requestid"]["S"], "r7");
    assert_eq!(written["traceparent"]["S"].as_str(), cause.traceparent.as_deref());
    assert_eq!(written["data"]["M"]["userId"]["S"], "ada");
}
