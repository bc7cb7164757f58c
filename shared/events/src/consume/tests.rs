use std::cell::RefCell;

use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::*;
use crate::{Cause, Event, Payload, StockRejected, StockSettled, UserCreated};

crate::heard! {
    enum StockEvent {
        Settled(StockSettled),
        Rejected(StockRejected),
    }
}

/// Keeps the orders it was told of, and has its troubles with some.
struct Orders {
    seen: RefCell<Vec<String>>,
    /// Where three that meet wait for each other.
    meeting: Barrier,
}

impl Consumer for Orders {
    type Event = StockEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { seen: RefCell::default(), meeting: Barrier::new(3) })
    }

    async fn handle(&self, event: StockEvent) -> Result<(), HandleError> {
        let seen = match event {
            StockEvent::Settled(event) => event.data.order_id,
            StockEvent::Rejected(event) => format!("{}: {}", event.data.order_id, event.data.reason),
        };
        match seen.as_str() {
            "fails" => return Err("x".parse::<u8>().unwrap_err().into()),
            "panics" => panic!("as it was asked to"),
            "hangs" => std::future::pending().await,
            "meets" => {
                self.meeting.wait().await;
            }
            _ => {}
        }
        self.seen.borrow_mut().push(seen);
        Ok(())
    }
}

fn body<T: Payload>(data: T) -> String {
    let service = Service { name: "product-service", version: "1" };
    serde_json::to_string(&Event::new(service, data, Cause::request("r"))).unwrap()
}

fn settled(order_id: &str) -> String {
    body(StockSettled { order_id: order_id.to_owned() })
}

/// What was handled, and the numbers of the messages that are to come again.
async fn given(bodies: &[String], patience: Duration) -> (Vec<String>, Value) {
    let orders = Orders::init().await.unwrap();
    let message = |(number, body): (usize, &String)| Message { message_id: number.to_string(), body: body.clone() };
    let messages = bodies.iter().enumerate().map(message).collect();
    let response = handle_all(&orders, messages, Instant::now() + patience).await;
    (orders.seen.into_inner(), serde_json::to_value(response).unwrap())
}

const HOUR: Duration = Duration::from_secs(3600);

fn failed(numbers: &[&str]) -> Value {
    json!({"batchItemFailures": numbers.iter().map(|number| json!({"itemIdentifier": number})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn every_event_of_a_good_batch_is_handled() {
    let rejected = body(StockRejected { order_id: "c".to_owned(), reason: "none left".to_owned() });
    let (handled, response) = given(&[settled("a"), settled("b"), rejected], HOUR).await;
    assert_eq!(handled, ["a", "b", "c: none left"]);
    assert_eq!(response, failed(&[]));
}

#[tokio::test]
async fn poison_does_not_hold_up_its_neighbours() {
    let bodies = [settled("fails"), settled("a"), settled("panics"), "no JSON".to_owned(), settled("b")];
    let (handled, response) = given(&bodies, HOUR).await;
    assert_eq!(handled, ["a", "b"]);
    assert_eq!(response, failed(&["0", "2", "3"]));
}

#[tokio::test]
async fn an_event_of_another_type_is_acknowledged() {
    let other = body(UserCreated { user_id: "u".into(), email: "e".into(), name: "n".into() });
    let (handled, response) = given(&[other, settled("a")], HOUR).await;
    assert_eq!(handled, ["a"]);
    assert_eq!(response, failed(&[]));
}

#[tokio::test]
async fn what_is_no_event_or_lacks_its_data_is_kept() {
    let mut without_data: Value = serde_json::from_str(&settled("a")).unwrap();
    without_data["data"] = json!({});
    let bodies = ["{}".to_owned(), "[]".to_owned(), "\"\"".to_owned(), without_data.to_string()];
    let (handled, response) = given(&bodies, HOUR).await;
    assert_eq!(handled, [""; 0]);
    assert_eq!(response, failed(&["0", "1", "2", "3"]));
}

#[tokio::test]
async fn the_events_of_a_batch_are_handled_side_by_side() {
    let bodies = [settled("meets"), settled("meets"), settled("panics"), settled("meets")];
    let (handled, response) = given(&bodies, Duration::from_secs(5)).await;
    assert_eq!(handled, ["meets"; 3]);
    assert_eq!(response, failed(&["2"]));
}

#[tokio::test]
async fn a_slow_event_uses_up_no_other_s_time() {
    let bodies = [settled("hangs"), settled("a"), settled("hangs"), settled("b")];
    let (handled, response) = given(&bodies, Duration::from_millis(20)).await;
    assert_eq!(handled, ["a", "b"]);
    assert_eq!(response, failed(&["0", "2"]));
}

#[tokio::test]
async fn out_of_time_what_is_not_done_comes_again_and_what_is_does_not() {
    let bodies = [settled("a"), settled("hangs"), settled("fails")];
    let (handled, response) = given(&bodies, Duration::from_millis(20)).await;
    assert_eq!(handled, ["a"]);
    assert_eq!(response, failed(&["1", "2"]));
}

#[test]
fn a_batch_is_read_as_lambda_sends_it() {
    let event: QueueEvent = serde_json::from_value(json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": "Test message.",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:my-queue",
        "awsRegion": "us-east-1",
    }]}))
    .unwrap();
    assert_eq!(event.records[0].body, "Test message.");
}
