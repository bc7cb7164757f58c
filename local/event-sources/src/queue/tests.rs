use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use local_sqs::{Attribute, Depth, NewMessage};
use local_template::{EventSource, StreamSource};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::payload;
use crate::testing::{Functions, OK, Outcome, TestBed, function_with, put, queue_source, queue_system, source, system};
use crate::{Error, EventSources, Redelivery};

const EMPTY: Depth = Depth { visible: 0, in_flight: 0, delayed: 0 };

/// Starts, waits until nothing is left, failed messages tried again at once, and stops.
async fn drain(bed: &TestBed, source: QueueSource, functions: &Arc<Functions>) {
    let sources = bed.start(&queue_system(source), functions).await;
    sources.drained(Redelivery::AtOnce).await.unwrap();
    sources.stop().await;
}

/// The report that names the messages with these bodies.
fn reporting(bad: &'static [&'static str]) -> Arc<Functions> {
    Functions::replying(move |event| {
        let records = event["Records"].as_array().unwrap();
        let failed = records.iter().filter(|record| bad.contains(&record["body"].as_str().unwrap()));
        let failures: Vec<Value> = failed.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
        Outcome::Says(json!({"batchItemFailures": failures}))
    })
}

#[tokio::test]
async fn messages_come_in_batches_in_their_documented_form() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.send("a b c").await;
    let attributes = [
        ("text".to_owned(), Attribute::string("value")),
        ("bytes".to_owned(), Attribute { data_type: "Binary".to_owned(), value: local_sqs::Value::Binary(vec![1, 2]) }),
    ];
    let message = NewMessage { attributes: attributes.into(), ..NewMessage::new("d") };
    let id = bed.sqs.send("Jobs", message).await.unwrap();
    drain(&bed, QueueSource { batch_size: 3, maximum_concurrency: Some(2), ..queue_source() }, &functions).await;
    let mut batches = functions.batches();
    batches.sort();
    assert_eq!(batches, ["a b c", "d"]);
    assert_eq!(bed.sqs.depth("Jobs").await.unwrap(), EMPTY);

    let mut last = functions.payloads().into_iter().find(|event| event["Records"][0]["body"] == "d").unwrap();
    let record = &mut last["Records"][0];
    assert!(record["receiptHandle"].take().is_string());
    for time in ["SentTimestamp", "ApproximateFirstReceiveTimestamp"] {
        let millis: u64 = record["attributes"][time].take().as_str().unwrap().parse().unwrap();
        assert!(millis > 1_700_000_000_000, "{time} {millis}");
    }
    assert_eq!(
        *record,
        json!({
            "messageId": id,
            "receiptHandle": null,
            "body": "d",
            "attributes": {
                "ApproximateFirstReceiveTimestamp": null,
                "ApproximateReceiveCount": "1",
                "SenderId": record["attributes"]["SenderId"],
                "SentTimestamp": null,
            },
            "messageAttributes": {
                "bytes": {"binaryValue": "AQI=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
                "text": {"stringValue": "value", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
            },
            "md5OfBody": "8277e0910d750195b448797616e091ad",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:Jobs",
            "awsRegion": "eu-central-1",
            "md5OfMessageAttributes": record["md5OfMessageAttributes"],
        })
    );
}

#[tokio::test]
async fn a_message_that_is_reported_comes_again_alone_and_ends_as_a_dead_letter() {
    let bed = TestBed::new().await;
    let functions = reporting(&["bad"]);
    bed.send("a bad b").await;
    drain(&bed, queue_source(), &functions).await;
    assert_eq!(functions.batches(), ["a bad b", "bad"]);
    assert_eq!(bed.bodies("Dead").await, ["bad"]);
}

#[tokio::test]
async fn a_failed_invocation_fails_all_its_messages() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| Outcome::Fails);
    bed.send("a b").await;
    drain(&bed, queue_source(), &functions).await;
    assert_eq!(functions.batches(), ["a b", "a b"]);
    assert_eq!(bed.bodies("Dead").await, ["a", "b"]);
}

#[tokio::test]
async fn a_report_that_says_nothing_fails_all_messages() {
    for answer in [
        json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
        json!({"batchItemFailures": [{"itemIdentifier": "another"}]}),
        json!({"batchItemFailures": [{"id": "1"}]}),
        json!("done"),
    ] {
        let bed = TestBed::new().await;
        let answered = answer.clone();
        let functions = Functions::new(move |_| Outcome::Says(answered.clone()));
        bed.send("a b").await;
        drain(&bed, queue_source(), &functions).await;
        assert_eq!(bed.bodies("Dead").await, ["a", "b"], "{answer}");
    }
}

#[tokio::test]
async fn a_report_is_not_looked_at_unless_asked_for() {
    let bed = TestBed::new().await;
    let functions = reporting(&["a"]);
    bed.send("a").await;
    drain(&bed, QueueSource { report_batch_item_failures: false, ..queue_source() }, &functions).await;
    assert_eq!(functions.batches(), ["a"]);
    assert_eq!(bed.bodies("Dead").await, [""; 0]);
}

#[tokio::test]
async fn what_the_filters_take_out_is_deleted() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.send(r#"{"n":1} {"n":2} text"#).await;
    let filters = vec![json!({"body": {"n": [1]}})];
    drain(&bed, QueueSource { filters, ..queue_source() }, &functions).await;
    assert_eq!(functions.batches(), [r#"{"n":1}"#]);
    assert_eq!(bed.bodies("Jobs").await, [""; 0]);
    assert_eq!(bed.bodies("Dead").await, [""; 0]);
}

#[tokio::test]
async fn a_failed_message_is_hidden_for_its_visibility_timeout() {
    let bed = TestBed::new().await;
    let functions = reporting(&["bad"]);
    bed.send("bad").await;
    let sources = bed.start(&queue_system(queue_source()), &functions).await;
    functions.called.notified().await;
    let mut activity = sources.activity("worker");
    activity.wait_for(|level| level.running == 0 && level.steps > 0).await.unwrap();
    assert_eq!(bed.sqs.depth("Jobs").await.unwrap(), Depth { in_flight: 1, ..EMPTY });
    assert_eq!(sources.status().await.unwrap()[0].failures, 1);
    sources.drained(Redelivery::AtOnce).await.unwrap();
    assert_eq!(bed.bodies("Dead").await, ["bad"]);
}

#[tokio::test]
async fn without_hurry_a_failed_message_waits_and_then_comes_again() {
    let (folder, visibility) = (tempfile::tempdir().unwrap(), Duration::from_millis(150));
    let mut queues = crate::testing::queues().map(|(_, queue)| queue);
    queues[0].visibility_timeout = visibility;
    let mut bed = TestBed::new().await;
    bed.sqs = Sqs::open(folder.path(), &queues).unwrap();
    let tries = AtomicU32::new(0);
    let functions =
        Functions::new(move |_| if tries.fetch_add(1, Ordering::Relaxed) == 0 { Outcome::Fails } else { OK });
    let mut system = queue_system(queue_source());
    for function in system.functions.values_mut() {
        function.timeout = visibility;
    }
    bed.send("a").await;
    let started = Instant::now();
    let sources = bed.start(&system, &functions).await;
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert!(started.elapsed() >= visibility, "{:?}", started.elapsed());
    assert_eq!(functions.batches(), ["a", "a"]);
    assert_eq!(bed.bodies("Dead").await, [""; 0]);
}

#[tokio::test]
async fn being_throttled_loses_nothing_and_uses_up_no_receive() {
    let bed = TestBed::new().await;
    let tries = AtomicU32::new(0);
    let functions =
        Functions::new(move |_| if tries.fetch_add(1, Ordering::Relaxed) < 20 { Outcome::IsThrottled } else { OK });
    bed.send("a").await;
    drain(&bed, queue_source(), &functions).await;
    assert_eq!(functions.batches().len(), 21);
    let last = functions.payloads().pop().unwrap();
    assert_eq!(last["Records"][0]["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(bed.bodies("Dead").await, [""; 0]);
}

#[tokio::test]
async fn at_most_so_many_batches_are_under_way() {
    let bed = TestBed::new().await;
    let (now, most, release) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (counting, highest, released) = (now.clone(), most.clone(), release.clone());
    let functions = Functions::awaiting(move |_, _| {
        let (now, most, release) = (counting.clone(), highest.clone(), released.clone());
        Box::pin(async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            release.notified().await;
            now.fetch_sub(1, Ordering::SeqCst);
            OK
        })
    });
    bed.send("a b c d e f g").await;
    let three = QueueSource { batch_size: 1, maximum_concurrency: Some(3), ..queue_source() };
    let sources = bed.start(&queue_system(three), &functions).await;
    while now.load(Ordering::SeqCst) < 3 {
        functions.called.notified().await;
    }
    // What is not under way was not even received.
    assert_eq!(bed.sqs.depth("Jobs").await.unwrap(), Depth { visible: 4, in_flight: 3, ..EMPTY });
    let drained = sources.drained(Redelivery::AfterVisibilityTimeout);
    tokio::pin!(drained);
    loop {
        tokio::select! {
            done = &mut drained => break done.unwrap(),
            () = tokio::task::yield_now() => release.notify_one(),
        }
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(functions.batches().into_iter().collect::<BTreeSet<_>>().len(), 7);
}

#[tokio::test]
async fn a_window_gathers_messages_until_the_batch_is_full() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let hour = Duration::from_secs(3600);
    let sources =
        bed.start(&queue_system(QueueSource { batch_size: 3, batch_window: hour, ..queue_source() }), &functions).await;
    for letter in ["a", "b", "c"] {
        bed.send(letter).await;
    }
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(functions.batches(), ["a b c"]);
    sources.stop().await;
    let moment = Duration::from_millis(5);
    bed.send("d").await;
    drain(&bed, QueueSource { batch_window: moment, ..queue_source() }, &functions).await;
    assert_eq!(functions.batches(), ["a b c", "d"]);
}

#[tokio::test]
async fn a_batch_is_no_larger_than_an_invocation_may_be() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    // A quote takes two bytes in JSON.
    let messages = (0..8).map(|_| NewMessage::new("\"".repeat(1_000_000))).collect();
    bed.sqs.send_all("Jobs", messages).await.unwrap();
    drain(&bed, queue_source(), &functions).await;
    let sizes: Vec<usize> = functions.payloads().iter().map(|payload| payload.to_string().len()).collect();
    assert_eq!(sizes.len(), 3, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= payload::MAX_BYTES), "{sizes:?}");
}

#[tokio::test]
async fn a_batch_that_was_stopped_in_the_middle_comes_again() {
    let bed = TestBed::new().await;
    bed.send("a").await;
    let hanging = Functions::new(|_| Outcome::Hangs);
    let sources = bed.start(&queue_system(queue_source()), &hanging).await;
    hanging.called.notified().await;
    sources.stop().await;
    let held = bed.sqs.peek("Jobs", 1).await.unwrap();
    assert_eq!((held.len(), held[0].receive_count), (1, 1));
}

#[tokio::test]
async fn drained_waits_for_what_goes_from_queue_to_stream_to_queue() {
    let bed = TestBed::new().await;
    let (db, sqs) = (bed.db.clone(), bed.sqs.clone());
    // A message becomes an item, and the item a message, until it is four letters long.
    let functions = Functions::awaiting(move |function, ids| {
        let (db, sqs, is_reader) = (db.clone(), sqs.clone(), function == "reader");
        Box::pin(async move {
            for id in ids {
                tokio::task::yield_now().await;
                if is_reader && id.len() < 4 {
                    sqs.send("Jobs", NewMessage::new(format!("{id}x"))).await.unwrap();
                } else if !is_reader {
                    put(&db, "Things", &id, &json!({})).await;
                }
            }
            OK
        })
    });
    let mut system = system(source());
    let worker = function_with("worker", EventSource::Queue(queue_source()));
    system.functions.insert("worker".to_owned(), worker);
    let sources = bed.start(&system, &functions).await;
    for id in ["a", "b", "c"] {
        bed.send(id).await;
        sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
        let last = format!("{id}xxx");
        assert_eq!(functions.batches().into_iter().filter(|batch| *batch == last).count(), 2);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_queue_is_said_by_its_name() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let refusal = async |system| match EventSources::start(&system, bed.services(&functions), bed.folder()).await {
        Ok(_) => panic!("it started"),
        Err(error) => error,
    };
    let gone = QueueSource { queue: "arn:aws:sqs:eu-central-1:000000000000:Gone".to_owned(), ..queue_source() };
    assert_eq!(
        refusal(queue_system(gone)).await.to_string(),
        "function worker, event Queue: there is no queue arn:aws:sqs:eu-central-1:000000000000:Gone"
    );
    let mut slow = queue_system(queue_source());
    for function in slow.functions.values_mut() {
        function.timeout = Duration::from_secs(31);
    }
    assert_eq!(
        refusal(slow).await.to_string(),
        "function worker, event Queue: the queue's visibility timeout of 30 s is less than the function's timeout of 31 s"
    );
    let filters = vec![json!({"body": [{"unheard-of": 1}]})];
    assert!(matches!(refusal(queue_system(QueueSource { filters, ..queue_source() })).await, Error::Filter { .. }));
}

#[tokio::test]
async fn a_source_that_is_switched_off_receives_nothing() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.send("a").await;
    let mut off = queue_system(QueueSource { enabled: false, ..queue_source() });
    off.functions.insert("reader".to_owned(), crate::testing::function("reader", StreamSource { ..source() }));
    bed.drain(&off, &functions).await;
    assert_eq!(bed.sqs.depth("Jobs").await.unwrap(), Depth { visible: 1, ..EMPTY });
}
