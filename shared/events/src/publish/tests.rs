use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sender::answers::{MISSING, QUEUE, Sqs};
use super::*;

const NOTIFY: &str = "https://sqs/notifications";
const HOLDS: &str = "https://sqs/holds";
const ASIDE: &str = "https://sqs/unreadable";

fn subscribers() -> Subscribers {
    Subscribers::parse(&format!("order.created={HOLDS},order.created={NOTIFY},order.confirmed={NOTIFY}")).unwrap()
}

fn event(id: &str, kind: &str) -> Value {
    let text = |value: &str| json!({"S": value});
    json!({"M": {
        "specversion": text("1.0"), "id": text(id), "source": text("/order-service"), "type": text(kind),
        "subject": text("o1"), "time": text("2026-01-31T12:00:00.000Z"), "datacontenttype": text("application/json"),
        "requestid": text("r1"), "data": {"M": {"orderId": text("o1"), "totalAmount": {"N": "1999"}}},
    }})
}

fn record(sequence: u32, name: &str, new: Option<Value>, old: Option<Value>) -> Box<RawValue> {
    let image = |event: Value| json!({"orderId": {"S": "o1"}, "event": event});
    let mut change = json!({"SequenceNumber": sequence.to_string()});
    for (key, event) in [("NewImage", new), ("OldImage", old)] {
        if let Some(event) = event {
            change[key] = image(event);
        }
    }
    raw(&json!({"eventID": "e", "eventName": name, "dynamodb": change}))
}

fn raw(value: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap()
}

fn created(sequence: u32) -> Box<RawValue> {
    record(sequence, "INSERT", Some(event(&format!("event-{sequence}"), "order.created")), None)
}

/// Queues in memory that accept every message but those that the test makes them refuse.
#[derive(Default)]
struct Queues {
    taken: RefCell<BTreeMap<String, Vec<Message>>>,
    sizes: RefCell<Vec<usize>>,
    /// How often the message of a (queue, record) is still refused.
    refusing: RefCell<BTreeMap<(String, usize), u32>>,
}

impl Queues {
    fn refusing(queue: &str, record: usize, times: u32) -> Self {
        Self { refusing: RefCell::new([((queue.to_owned(), record), times)].into()), ..Self::default() }
    }

    fn records(&self, queue: &str) -> Vec<usize> {
        self.taken.borrow().get(queue).into_iter().flatten().map(|message| message.record).collect()
    }

    fn bodies(&self, queue: &str) -> Vec<Value> {
        let read = |message: &Message| serde_json::from_str(&message.body).unwrap();
        self.taken.borrow().get(queue).into_iter().flatten().map(read).collect()
    }
}

impl Sender for Queues {
    async fn send(&self, queue: &str, batch: &[&Message]) -> Vec<usize> {
        self.sizes.borrow_mut().push(batch.len());
        let bytes: usize = batch.iter().map(|message| message.body.len()).sum();
        assert!(batch.len() <= 10 && bytes <= 1_048_576, "SQS refuses such a batch");
        let mut refused = Vec::new();
        for (index, message) in batch.iter().enumerate() {
            match self.refusing.borrow_mut().get_mut(&(queue.to_owned(), message.record)) {
                Some(times) if *times > 0 => {
                    *times -= 1;
                    refused.push(index);
                }
                _ => self.taken.borrow_mut().entry(queue.to_owned()).or_default().push((*message).clone()),
            }
        }
        refused
    }
}

async fn published(queues: &Queues, records: &[Box<RawValue>]) -> Option<usize> {
    publish(queues, messages(records, &subscribers(), ASIDE, &["passwordHash"])).await
}

#[tokio::test]
async fn every_subscriber_gets_the_event_as_a_cloud_event() {
    let queues = Queues::default();
    assert_eq!(published(&queues, &[created(1)]).await, None);
    let event = json!({
        "specversion": "1.0", "id": "event-1", "source": "/order-service", "type": "order.created", "subject": "o1",
        "time": "2026-01-31T12:00:00.000Z", "datacontenttype": "application/json", "requestid": "r1",
        "data": {"orderId": "o1", "totalAmount": 1999},
    });
    assert_eq!(queues.bodies(HOLDS), std::slice::from_ref(&event));
    assert_eq!(queues.bodies(NOTIFY), [event]);
    assert_eq!(queues.bodies(ASIDE), [json!(null); 0]);
}

#[tokio::test]
async fn a_message_has_its_event_s_trace() {
    let mut traced = event("e", "order.created");
    traced["M"]["traceparent"] = json!({"S": "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"});
    let queues = Queues::default();
    published(&queues, &[record(1, "INSERT", Some(traced), None)]).await;
    let xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    assert_eq!(queues.taken.borrow()[HOLDS][0].trace.as_deref(), Some(xray));
}

#[tokio::test]
async fn only_a_write_with_a_new_event_is_published() {
    let (old, new) = (event("e1", "order.created"), event("e2", "order.confirmed"));
    let queues = Queues::default();
    let records = [
        record(1, "MODIFY", Some(old.clone()), Some(old.clone())),
        record(2, "REMOVE", None, Some(old.clone())),
        record(3, "MODIFY", Some(new), Some(old)),
        raw(&json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "4", "NewImage": {"id": {"S": "x"}}}})),
        record(5, "INSERT", Some(event("e3", "order.unheard")), None),
    ];
    assert_eq!(published(&queues, &records).await, None);
    assert_eq!(queues.records(HOLDS), [0; 0]);
    assert_eq!(queues.records(NOTIFY), [2]);
    assert_eq!(queues.records(ASIDE), [0; 0]);
}

#[tokio::test]
async fn an_unreadable_record_is_set_aside_as_it_came_and_the_others_are_published() {
    let mut no_id = event("", "order.created");
    no_id["M"]["data"]["M"]["name"] = json!({"S": "\u{ffff}"});
    let unreadable = [
        record(2, "INSERT", Some(json!({"S": "not a map"})), None),
        record(3, "INSERT", Some(no_id), None),
        raw(&json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "4"}})),
        raw(&json!("not even a record")),
    ];
    let queues = Queues::default();
    let [a, b, c, d] = unreadable.clone();
    assert_eq!(published(&queues, &[created(1), a, b, c, d, created(6)]).await, None);
    assert_eq!(queues.records(HOLDS), [0, 5]);
    let raw = unreadable.map(|record| serde_json::from_str::<Value>(record.get()).unwrap());
    assert_eq!(queues.bodies(ASIDE), raw);
}

#[tokio::test]
async fn an_unreadable_record_is_set_aside_without_the_secrets_of_either_image() {
    let images = |user: Value| json!({"SequenceNumber": "7", "NewImage": user, "OldImage": user, "Keys": {"id": "u1"}});
    let set_aside = |user: Value| json!({"eventName": "RENAMED", "dynamodb": images(user)});
    let record = set_aside(json!({"id": {"S": "u1"}, "passwordHash": {"S": "$2b$12$secret"}}));
    let misplaced = json!({"records": [{"M": {"passwordHash": {"S": "$2b$12$secret"}, "id": {"S": "u2"}}}]});
    let queues = Queues::default();
    assert_eq!(published(&queues, &[raw(&record), raw(&misplaced)]).await, None);
    let expected = [set_aside(json!({"id": {"S": "u1"}})), json!({"records": [{"M": {"id": {"S": "u2"}}}]})];
    assert_eq!(queues.bodies(ASIDE), expected);
}

#[tokio::test]
async fn another_function_of_the_stream_sets_its_records_aside_or_fails() {
    let records = [raw(&json!({"eventName": "?"})), raw(&json!("not even a record"))];
    let records: Vec<&RawValue> = records.iter().map(|record| &**record).collect();
    let queues = Queues::refusing(ASIDE, 1, 3);
    assert_eq!(unreadable::send(&queues, ASIDE, &records).await, Ok(()));
    assert_eq!(queues.bodies(ASIDE), [json!({"eventName": "?"}), json!("not even a record")]);
    assert_eq!(unreadable::send(&Queues::refusing(ASIDE, 1, 4), ASIDE, &records).await, Err(NotSent));
}

#[test]
fn a_record_of_a_table_without_secrets_stays_as_it_came() {
    let text = r#"{ "a" : 1.50, "b":[ ] }"#;
    let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
    assert_eq!(record::redacted(&raw, &[]), text);
}

#[test]
fn a_record_nested_too_deep_to_redact_becomes_null() {
    let text = format!("{}{{\"passwordHash\":1}}{}", "[".repeat(200), "]".repeat(200));
    let raw = RawValue::from_string(text).unwrap();
    assert_eq!(record::redacted(&raw, &["passwordHash"]), "null");
}

#[tokio::test]
async fn a_record_larger_than_a_message_is_cut_off() {
    let large = raw(&json!({"eventName": "?", "text": "é".repeat(600_000)}));
    let queues = Queues::default();
    assert_eq!(published(&queues, &[large]).await, None);
    let length = queues.taken.borrow()[ASIDE][0].body.len();
    assert!((1_048_575..=1_048_576).contains(&length), "{length}");
}

#[tokio::test]
async fn no_message_has_a_character_that_queues_refuse() {
    let mut odd = event("e", "order.created");
    odd["M"]["subject"] = json!({"S": "\u{0}\u{b}\u{fffe}\u{ffff}é"});
    let queues = Queues::default();
    published(&queues, &[record(1, "INSERT", Some(odd), None)]).await;
    let body = queues.taken.borrow()[HOLDS][0].body.clone();
    let is_carried = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    assert!(body.chars().all(is_carried), "{body:?}");
    assert_eq!(queues.bodies(HOLDS)[0]["subject"], "\u{0}\u{b}\u{fffe}\u{ffff}é");
}

#[tokio::test]
async fn a_batch_is_ten_messages_or_a_mebibyte_in_order() {
    let queues = Queues::default();
    let many: Vec<_> = (0..25).map(created).collect();
    assert_eq!(published(&queues, &many).await, None);
    assert_eq!(queues.records(HOLDS), (0..25).collect::<Vec<_>>());
    assert_eq!(*queues.sizes.borrow(), [10, 10, 5, 10, 10, 5].as_slice());

    let mut large = event("e", "order.confirmed");
    large["M"]["data"]["M"]["text"] = json!({"S": "x".repeat(400_000)});
    let large: Vec<_> = (0..5).map(|n| record(n, "INSERT", Some(large.clone()), None)).collect();
    let queues = Queues::default();
    assert_eq!(published(&queues, &large).await, None);
    assert_eq!(*queues.sizes.borrow(), [2, 2, 1]);
    assert_eq!(queues.records(NOTIFY), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn only_the_refused_messages_of_a_batch_are_tried_again() {
    let queues = Queues::refusing(HOLDS, 1, 2);
    assert_eq!(published(&queues, &[created(1), created(2), created(3)]).await, None);
    assert_eq!(queues.records(HOLDS), [0, 2, 1]);
    assert_eq!(*queues.sizes.borrow(), [3, 3, 1, 1]);
}

#[tokio::test]
async fn the_first_record_that_is_refused_at_every_try_is_reported() {
    let queues = Queues::refusing(HOLDS, 4, u32::MAX);
    let many: Vec<_> = (0..25).map(created).collect();
    assert_eq!(published(&queues, &many).await, Some(4));
    // The rest of its batch went out, nothing after that did; the other queue is not held up by this one.
    assert_eq!(queues.records(HOLDS), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert_eq!(queues.records(NOTIFY).len(), 25);
    let response = failed_at(&many[4]).unwrap();
    assert_eq!(Publisher::<NoSecrets>::failures(&response), 1);
    let expected = json!({"batchItemFailures": [{"itemIdentifier": "4"}]});
    assert_eq!(serde_json::to_value(response).unwrap(), expected);
}

#[tokio::test]
async fn a_stream_is_told_of_the_first_record_that_sqs_does_not_accept() {
    let sqs = Sqs::serve().await;
    let call = async |queue: &str| {
        let subscribers = Subscribers::parse(&format!("order.created={queue}")).unwrap();
        let (unreadable_queue, secrets) = (ASIDE.to_owned(), PhantomData);
        let publisher = Publisher::<NoSecrets> { subscribers, unreadable_queue, sender: sqs.sender(), secrets };
        let event = StreamEvent { records: vec![created(1), created(2)] };
        let response = publisher.call(event, &Context::default()).await.unwrap();
        response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect::<Vec<_>>()
    };
    assert_eq!(call(QUEUE).await, [""; 0]);
    assert_eq!(sqs.bodies().len(), 2);
    assert_eq!(call(MISSING).await, ["1"]);
}

#[test]
fn a_batch_without_failures_counts_none_and_a_record_without_a_number_fails_its_batch() {
    assert_eq!(Publisher::<NoSecrets>::failures(&BatchResponse::default()), 0);
    assert!(failed_at(&raw(&json!("not even a record"))).is_err());
    assert!(failed_at(&raw(&json!({"dynamodb": {"SequenceNumber": 4}}))).is_err());
}
