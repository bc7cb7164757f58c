use super::*;
use crate::store::world::{World, event};

fn settled(order_id: &str) -> StockEvent {
    StockEvent::Settled(event(StockSettled { order_id: order_id.to_owned() }))
}

fn rejected(order_id: &str, reason: &str) -> StockEvent {
    StockEvent::Rejected(event(StockRejected { order_id: order_id.to_owned(), reason: reason.to_owned() }))
}

fn consumer(world: &World) -> ApplyStockEvent {
    ApplyStockEvent { orders: world.orders.clone() }
}

async fn state(world: &World, order: &Order) -> (Status, Option<String>) {
    let order = world.orders.find(&order.order_id).await.unwrap().unwrap().order;
    (order.status, order.reason)
}

#[tokio::test]
async fn settled_stock_confirms_a_pending_order_once_however_often_it_is_told() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let event = settled(order.order_id.as_str());
    let consumer = consumer(&world);
    let (first, second) = futures_util::join!(consumer.handle(event.clone()), consumer.handle(event.clone()));
    assert!(first.is_ok() && second.is_ok());
    consumer.handle(event).await.unwrap();
    assert_eq!(state(&world, &order).await, (Status::Confirmed, None));
    assert_eq!(world.told().await, ["order.created", "order.confirmed"]);
}

#[tokio::test]
async fn rejected_stock_cancels_a_pending_order_with_the_reason() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let event = rejected(order.order_id.as_str(), "insufficient stock");
    consumer(&world).handle(event.clone()).await.unwrap();
    consumer(&world).handle(event).await.unwrap();
    assert_eq!(state(&world, &order).await, (Status::Cancelled, Some("insufficient stock".to_owned())));
    assert_eq!(world.told().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn whichever_of_two_events_comes_first_stays() {
    let world = World::new().await;
    let (first, second) = (world.placed("ada").await, world.placed("ada").await);
    let consumer = consumer(&world);
    consumer.handle(settled(first.order_id.as_str())).await.unwrap();
    consumer.handle(rejected(first.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert_eq!(state(&world, &first).await, (Status::Confirmed, None));
    consumer.handle(rejected(second.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    consumer.handle(settled(second.order_id.as_str())).await.unwrap();
    assert_eq!(state(&world, &second).await, (Status::Cancelled, Some(StockRejected::EXPIRED.to_owned())));
}

#[tokio::test]
async fn what_the_customer_cancelled_stays_cancelled() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let told = event(order::cancelled(&order.order_id, "ada", &Change::Cancel));
    world.orders.change(&order.order_id, "ada", &Change::Cancel, &told).await.unwrap();
    consumer(&world).handle(settled(order.order_id.as_str())).await.unwrap();
    consumer(&world).handle(rejected(order.order_id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert_eq!(state(&world, &order).await, (Status::Cancelled, None));
    assert_eq!(world.told().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn a_hold_that_expired_without_its_order_is_nothing_to_do_and_any_other_is_tried_again() {
    let world = World::new().await;
    let id = OrderId::random();
    consumer(&world).handle(rejected(id.as_str(), StockRejected::EXPIRED)).await.unwrap();
    assert!(consumer(&world).handle(rejected(id.as_str(), "insufficient stock")).await.is_err());
    assert!(consumer(&world).handle(settled(id.as_str())).await.is_err());
}

#[tokio::test]
async fn the_event_of_a_change_belongs_to_the_request_that_caused_it() {
    let world = World::new().await;
    let order = world.placed("ada").await;
    let mut cause = event(StockSettled { order_id: order.order_id.as_str().to_owned() });
    cause.requestid = "r7".to_owned();
    cause.traceparent = Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned());
    consumer(&world).handle(StockEvent::Settled(cause.clone())).await.unwrap();
    let stream = world.tables.stream_event("OrdersTable").await;
    let told = &stream["Records"][1]["dynamodb"]["NewImage"]["event"]["M"];
    assert_eq!(told["requestid"]["S"], "r7");
    assert_eq!(told["traceparent"]["S"].as_str(), cause.traceparent.as_deref());
    assert_eq!(told["data"]["M"]["userId"]["S"], "ada");
}
