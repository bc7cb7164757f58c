use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::*;
use crate::testing::{Lost, SERVICE, Sent};
use crate::{Cause, Event, Payload, testing};

crate::heard! {
    enum ParcelEvent {
        Sent(Sent),
        Lost(Lost),
    }
}

/// Records the parcels it is told of; some of their names make it fail.
struct Parcels {
    seen: RefCell<Vec<String>>,
    /// Where three events wait for each other.
    meeting: Barrier,
}

impl Consumer for Parcels {
    type Event = ParcelEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { seen: RefCell::default(), meeting: Barrier::new(3) })
    }

    async fn handle(&self, event: ParcelEvent) -> Result<(), HandleError> {
        let seen = match event {
            ParcelEvent::Sent(event) => event.data.parcel,
            ParcelEvent::Lost(event) => format!("{}: {}", event.data.parcel, event.data.reason),
        };
        match seen.as_str() {
            "fails" => return Err("x".parse::<u8>().unwrap_err().into()),
            "panics" => panic!("a panic that the test asked for"),
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
    serde_json::to_string(&Event::new(SERVICE, data, Cause::request("r"))).unwrap()
}

fn sent(parcel: &str) -> String {
    body(testing::sent(parcel))
}

/// The parcels that were handled, and the response with the numbers of the messages that failed.
async fn given(bodies: &[String], time_budget: Duration) -> (Vec<String>, Value) {
    let parcels = Parcels::init().await.unwrap();
    let message = |(number, body): (usize, &String)| Message { message_id: number.to_string(), body: body.clone() };
    let messages = bodies.iter().enumerate().map(message).collect();
    let response = handle_all(&parcels, messages, Instant::now() + time_budget).await;
    (parcels.seen.into_inner(), serde_json::to_value(response).unwrap())
}

const HOUR: Duration = Duration::from_secs(3600);

fn failed(numbers: &[&str]) -> Value {
    json!({"batchItemFailures": numbers.iter().map(|number| json!({"itemIdentifier": number})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn every_event_of_a_good_batch_is_handled() {
    let lost = body(Lost { parcel: "c".to_owned(), reason: "no address".to_owned() });
    let (handled, response) = given(&[sent("a"), sent("b"), lost], HOUR).await;
    assert_eq!(handled, ["a", "b", "c: no address"]);
    assert_eq!(response, failed(&[]));
}

#[tokio::test]
async fn a_failing_message_does_not_fail_the_others() {
    let bodies = [sent("fails"), sent("a"), sent("panics"), "no JSON".to_owned(), sent("b")];
    let (handled, response) = given(&bodies, HOUR).await;
    assert_eq!(handled, ["a", "b"]);
    assert_eq!(response, failed(&["0", "2", "3"]));
}

#[tokio::test]
async fn an_event_of_another_type_is_acknowledged() {
    let mut other: Value = serde_json::from_str(&sent("b")).unwrap();
    other["type"] = json!("parcel.opened");
    let (handled, response) = given(&[other.to_string(), sent("a")], HOUR).await;
    assert_eq!(handled, ["a"]);
    assert_eq!(response, failed(&[]));
}

#[tokio::test]
async fn a_message_that_is_no_event_or_lacks_its_data_fails() {
    let mut without_data: Value = serde_json::from_str(&sent("a")).unwrap();
    without_data["data"] = json!({});
    let bodies = ["{}".to_owned(), "[]".to_owned(), "\"\"".to_owned(), without_data.to_string()];
    let (handled, response) = given(&bodies, HOUR).await;
    assert_eq!(handled, [""; 0]);
    assert_eq!(response, failed(&["0", "1", "2", "3"]));
}

#[tokio::test]
async fn the_events_of_a_batch_are_handled_concurrently() {
    let bodies = [sent("meets"), sent("meets"), sent("panics"), sent("meets")];
    let (handled, response) = given(&bodies, Duration::from_secs(5)).await;
    assert_eq!(handled, ["meets"; 3]);
    assert_eq!(response, failed(&["2"]));
}

#[tokio::test]
async fn a_slow_event_does_not_delay_the_others() {
    let bodies = [sent("hangs"), sent("a"), sent("hangs"), sent("b")];
    let (handled, response) = given(&bodies, Duration::from_millis(20)).await;
    assert_eq!(handled, ["a", "b"]);
    assert_eq!(response, failed(&["0", "2"]));
}

#[tokio::test]
async fn at_the_deadline_only_unfinished_events_fail() {
    let bodies = [sent("a"), sent("hangs"), sent("fails")];
    let (handled, response) = given(&bodies, Duration::from_millis(20)).await;
    assert_eq!(handled, ["a"]);
    assert_eq!(response, failed(&["1", "2"]));
}

#[tokio::test]
async fn an_invocation_has_until_shortly_before_its_deadline_and_counts_what_failed() {
    let function = QueueFunction(Parcels::init().await.unwrap());
    let bodies = [sent("meets"), sent("fails"), sent("meets"), sent("panics"), sent("meets")];
    let message = |(number, body): (usize, &String)| Message { message_id: number.to_string(), body: body.clone() };
    let records = bodies.iter().enumerate().map(message).collect();
    let mut context = Context::default();
    context.deadline =
        u64::try_from((SystemTime::now() + HOUR).duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let response = function.call(QueueEvent { records }, &context).await.unwrap();
    assert_eq!(*function.0.seen.borrow(), ["meets"; 3]);
    assert_eq!(QueueFunction::<Parcels>::failures(&response), 2);
    assert_eq!(serde_json::to_value(response).unwrap(), failed(&["1", "3"]));
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

const BODIES: [&str; 3] = [
    r#"{"specversion":"1.0","id":"e1","source":"/s","type":"parcel.sent","subject":"p","time":"2026-01-31T12:00:00.000Z","datacontenttype":"application/json","requestid":"r","data":{"parcel":"pé"}}"#,
    r#"{"specversion":"1.0","id":"e2","source":"/s","type":"parcel.lost","subject":"p","time":"t","datacontenttype":"application/json","requestid":"r","traceparent":"00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01","data":{"parcel":"p","reason":"fell"}}"#,
    r#"{"id":"e3","type":"parcel.opened","data":[]}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_message_keeps_the_next_from_being_handled(text in prop_oneof![4 => spoiled(&BODIES), 1 => texts()]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (seen, response) = runtime.block_on(given(&[text, sent("next")], HOUR));
        prop_assert!(seen.contains(&"next".to_owned()));
        prop_assert!(response == failed(&[]) || response == failed(&["0"]), "{response}");
    }
}
