use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::testing::{Functions, Mailbox, OK, Outcome, QUEUE, TestBed, put, source, system};
use crate::{Redelivery, payload};

/// Sequence numbers of the records in the `batch`th invocation.
fn sequences(functions: &Functions, batch: usize) -> Vec<Value> {
    let payload = functions.payloads().remove(batch);
    payload["Records"].as_array().unwrap().iter().map(|record| record["dynamodb"]["SequenceNumber"].clone()).collect()
}

#[tokio::test]
async fn records_come_in_order_and_in_batches() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.put("a b c d e").await;
    bed.drain(&system(StreamSource { batch_size: 2, ..source() }), &functions).await;
    assert_eq!(functions.batches(), ["a b", "c d", "e"]);
    let record = &functions.payloads()[0]["Records"][0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSourceARN"], "arn:aws:dynamodb:eu-central-1:000000000000:table/Things/stream/local");
    assert_eq!(record["dynamodb"]["NewImage"], json!({ "id": { "S": "a" } }));
}

#[tokio::test]
async fn a_write_wakes_a_source_that_waits() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let sources = bed.start(&system(source()), &functions).await;
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    for id in ["a", "b"] {
        bed.put(id).await;
        functions.called.notified().await;
    }
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(functions.batches(), ["a", "b"]);
}

#[tokio::test]
async fn a_function_that_rewrites_its_own_item_ends() {
    let bed = TestBed::new().await;
    let db = bed.db.clone();
    // The first call changes the item, the second leaves it as it is: no third comes.
    let functions = Functions::awaiting(move |_, ids| {
        let db = db.clone();
        Box::pin(async move {
            for id in ids {
                put(&db, "Things", &id, &json!({ "seen": { "BOOL": true }, "times": { "N": "1.0" } })).await;
            }
            OK
        })
    });
    bed.put("a").await;
    let sources = bed.start(&system(source()), &functions).await;
    while functions.batches().len() < 2 {
        functions.called.notified().await;
    }
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(functions.batches(), ["a", "a"]);
    assert_eq!(functions.payloads()[1]["Records"][0]["eventName"], "MODIFY");
}

#[tokio::test]
async fn a_restart_goes_on_where_it_was() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    // LATEST: what was written before the first start is not for it, what is written while it is off is.
    let latest = system(StreamSource { from_start: false, ..source() });
    bed.put("before").await;
    bed.drain(&latest, &functions).await;
    bed.put("a").await;
    bed.drain(&latest, &functions).await;
    bed.put("b").await;
    bed.drain(&latest, &functions).await;
    assert_eq!(functions.batches(), ["a", "b"]);
}

#[tokio::test]
async fn a_batch_that_was_stopped_in_the_middle_comes_again() {
    let bed = TestBed::new().await;
    let one = system(StreamSource { batch_size: 1, ..source() });
    bed.put("a b c").await;
    let hanging = Functions::new(|ids| if ids == ["b"] { Outcome::Hangs } else { OK });
    let sources = bed.start(&one, &hanging).await;
    hanging.called.notified().await;
    while hanging.batches() != ["a", "b"] {
        hanging.called.notified().await;
    }
    sources.stop().await;
    let well = Functions::new(|_| OK);
    bed.drain(&one, &well).await;
    assert_eq!(well.batches(), ["b", "c"]);
}

#[tokio::test]
async fn filtered_records_are_passed_over_for_good() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let kept = json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": { "id": { "S": [{ "prefix": "k" }] } } } });
    let filtered = system(StreamSource { filters: vec![kept], ..source() });
    bed.put("x k1 k1 y k2 z").await;
    bed.drain(&filtered, &functions).await;
    assert_eq!(functions.batches(), ["k1 k2"]);
    bed.put("x y").await;
    let sources = bed.start(&filtered, &functions).await;
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(sources.status().await.unwrap()[0].behind, 0);
    sources.stop().await;
    // Without the filter they don't come back.
    let all = system(source());
    bed.drain(&all, &functions).await;
    assert_eq!(functions.batches(), ["k1 k2"]);
}

#[tokio::test]
async fn every_record_comes_once_whatever_the_sizes_of_readings_and_batches() {
    for (batch_size, filters) in
        [(150, vec![]), (7, vec![json!({ "dynamodb": { "Keys": { "id": { "S": [{ "suffix": "0" }] } } } })])]
    {
        let bed = TestBed::new().await;
        let functions = Functions::new(|_| OK);
        let wanted = |n: &usize| filters.is_empty() || n.is_multiple_of(10);
        let expected: Vec<String> = (1..=450).filter(wanted).map(|n| n.to_string()).collect();
        let sources =
            bed.start(&system(StreamSource { batch_size, filters: filters.clone(), ..source() }), &functions).await;
        for n in 1..=450 {
            put(&bed.db, "Things", &n.to_string(), &json!({})).await;
        }
        sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
        assert_eq!(functions.batches().join(" "), expected.join(" "));
        sources.stop().await;
        let again = Functions::new(|_| OK);
        let other = StreamSource { id: "Again".to_owned(), batch_size, filters: filters.clone(), ..source() };
        bed.drain(&system(other), &again).await;
        assert_eq!(again.batches().join(" "), expected.join(" "));
        assert_eq!(again.batches().len(), expected.len().div_ceil(batch_size));
    }
}

#[tokio::test]
async fn a_window_gathers_records_until_the_batch_is_full() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let hour = Duration::from_secs(3600);
    let sources = bed.start(&system(StreamSource { batch_size: 3, batch_window: hour, ..source() }), &functions).await;
    bed.put("a b c").await;
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(functions.batches(), ["a b c"]);
    sources.stop().await;
    let moment = Duration::from_millis(5);
    let sources =
        bed.start(&system(StreamSource { batch_size: 3, batch_window: moment, ..source() }), &functions).await;
    bed.put("d").await;
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    assert_eq!(functions.batches(), ["a b c", "d"]);
}

#[tokio::test]
async fn a_batch_is_no_larger_than_an_invocation_may_be() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let large = json!({ "text": { "S": "x".repeat(390_000) } });
    for n in 0..20 {
        put(&bed.db, "Things", &n.to_string(), &large).await;
    }
    bed.drain(&system(source()), &functions).await;
    let sizes: Vec<usize> = functions.payloads().iter().map(|payload| payload.to_string().len()).collect();
    assert_eq!(sizes.len(), 2);
    assert!(sizes[0] <= payload::MAX_BYTES && sizes[0] + 390_000 > payload::MAX_BYTES, "{sizes:?}");
    assert_eq!(functions.batches().join(" ").split(' ').count(), 20);
}

#[tokio::test]
async fn a_failing_batch_is_tried_until_it_succeeds_and_holds_up_the_others() {
    let bed = TestBed::new().await;
    let tries = AtomicU32::new(0);
    let functions =
        Functions::new(move |_| if tries.fetch_add(1, Ordering::Relaxed) < 5 { Outcome::Fails } else { OK });
    bed.put("a b c").await;
    bed.drain(&system(StreamSource { batch_size: 2, ..source() }), &functions).await;
    assert_eq!(functions.batches(), ["a b", "a b", "a b", "a b", "a b", "a b", "c"]);
}

#[tokio::test]
async fn a_source_tells_how_often_it_failed() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| Outcome::Fails);
    bed.put("a b").await;
    let sources = bed.start(&system(source()), &functions).await;
    for _ in 0..3 {
        functions.called.notified().await;
    }
    let status = sources.status().await.unwrap().remove(0);
    assert_eq!((status.function.as_str(), status.source.as_str(), status.behind), ("reader", "Stream", 2));
    assert!(status.failures >= 2);
}

#[tokio::test]
async fn being_throttled_uses_up_no_attempt() {
    let bed = TestBed::new().await;
    let tries = AtomicU32::new(0);
    let functions =
        Functions::new(move |_| if tries.fetch_add(1, Ordering::Relaxed) < 5 { Outcome::IsThrottled } else { OK });
    bed.put("a").await;
    let no_retry = StreamSource { maximum_retry_attempts: Some(0), on_failure: Some(QUEUE.to_owned()), ..source() };
    bed.drain(&system(no_retry), &functions).await;
    assert_eq!(functions.batches().len(), 6);
    assert_eq!(bed.mailbox.letters(), []);
}

#[tokio::test]
async fn records_out_of_attempts_are_told_to_the_destination_and_passed() {
    let mut bed = TestBed::new().await;
    bed.mailbox = Mailbox::refusing(2);
    let functions = Functions::new(|ids| if ids == ["c"] { OK } else { Outcome::Fails });
    bed.put("a b c").await;
    let twice =
        StreamSource { batch_size: 2, maximum_retry_attempts: Some(1), on_failure: Some(QUEUE.to_owned()), ..source() };
    bed.drain(&system(twice), &functions).await;
    assert_eq!(functions.batches(), ["a b", "a b", "c"]);

    let (arn, mut message) = bed.mailbox.letters().remove(0);
    assert_eq!((bed.mailbox.letters().len(), arn.as_str()), (1, QUEUE));
    let sent = message["timestamp"].take();
    assert!(is_time(&sent, "0000-00-00T00:00:00.000Z"), "{sent}");
    for field in ["approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"] {
        let arrived = message["DDBStreamBatchInfo"][field].take();
        assert!(is_time(&arrived, "0000-00-00T00:00:00Z"), "{arrived}");
    }
    let sequences = sequences(&functions, 0);
    assert_eq!(
        message,
        json!({
            "requestContext": {
                "requestId": "request-2",
                "functionArn": "arn:aws:lambda:eu-central-1:000000000000:function:reader",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
            "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
            "version": "1.0",
            "timestamp": null,
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000000000000000001-cdbb7d54",
                "startSequenceNumber": sequences[0],
                "endSequenceNumber": sequences[1],
                "approximateArrivalOfFirstRecord": null,
                "approximateArrivalOfLastRecord": null,
                "batchSize": 2,
                "streamArn": "arn:aws:dynamodb:eu-central-1:000000000000:table/Things/stream/local",
            },
        })
    );
}

/// Whether `text` has the form of `like`, any digit for a 0.
fn is_time(text: &Value, like: &str) -> bool {
    text.as_str().unwrap().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).eq(like.chars())
}

#[tokio::test]
async fn records_too_old_are_never_tried() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.put("a b").await;
    let young =
        StreamSource { maximum_record_age: Some(Duration::ZERO), on_failure: Some(QUEUE.to_owned()), ..source() };
    bed.drain(&system(young), &functions).await;
    assert_eq!(functions.batches(), [""; 0]);
    let (_, message) = bed.mailbox.letters().remove(0);
    assert_eq!(message["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(message["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(message.get("responseContext"), None);
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 2);
}

#[tokio::test]
async fn bisecting_finds_the_poison_and_nothing_else_is_lost() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|ids| if ids.contains(&"p".to_owned()) { Outcome::Fails } else { OK });
    bed.put("a b c d e p f g").await;
    let bisecting =
        StreamSource { bisect: true, maximum_retry_attempts: Some(1), on_failure: Some(QUEUE.to_owned()), ..source() };
    bed.drain(&system(bisecting), &functions).await;
    assert_eq!(functions.batches(), ["a b c d e p f g", "a b c d", "e p f g", "e p", "e", "p", "p", "f g"]);
    let (_, message) = bed.mailbox.letters().remove(0);
    assert_eq!(bed.mailbox.letters().len(), 1);
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(message["DDBStreamBatchInfo"]["startSequenceNumber"], sequences(&functions, 5)[0]);
    assert_eq!(message["requestContext"]["approximateInvokeCount"], 5);
}

/// A function that reports the record `bad` for the first `times` it is given it.
fn reporting(bad: &'static str, times: u32, bed: &TestBed) -> Arc<Functions> {
    let (tries, db) = (Arc::new(AtomicU32::new(0)), bed.db.clone());
    Functions::awaiting(move |_, ids| {
        let (tries, db) = (tries.clone(), db.clone());
        Box::pin(async move {
            if !ids.contains(&bad.to_owned()) || tries.fetch_add(1, Ordering::Relaxed) >= times {
                return Outcome::Says(json!({ "batchItemFailures": [] }));
            }
            let records =
                db.stream(&crate::testing::table("Things")).unwrap().read_after(Sequence::START, 100).await.unwrap();
            let number = |id: &str| {
                let key = json!({ "id": { "S": id } }).to_string();
                let record = records.iter().find(|record| record.keys == key).unwrap();
                json!({ "itemIdentifier": record.sequence.to_string() })
            };
            // The last one too, and first: it is the lowest that counts.
            Outcome::Says(json!({ "batchItemFailures": [number(ids.last().unwrap()), number(bad)] }))
        })
    })
}

#[tokio::test]
async fn what_comes_before_the_first_reported_record_is_done() {
    let bed = TestBed::new().await;
    let functions = reporting("c", 2, &bed);
    bed.put("a b c d").await;
    let partial = StreamSource { report_batch_item_failures: true, ..source() };
    bed.drain(&system(partial), &functions).await;
    assert_eq!(functions.batches(), ["a b c d", "c d", "c d"]);
}

#[tokio::test]
async fn what_was_done_of_a_batch_stays_done_after_a_restart() {
    let bed = TestBed::new().await;
    let functions = reporting("c", u32::MAX, &bed);
    bed.put("a b c d").await;
    let partial = system(StreamSource { report_batch_item_failures: true, ..source() });
    let sources = bed.start(&partial, &functions).await;
    while functions.batches().len() < 2 {
        functions.called.notified().await;
    }
    sources.stop().await;
    let well = Functions::new(|_| OK);
    bed.drain(&partial, &well).await;
    assert_eq!(well.batches(), ["c d"]);
}

#[tokio::test]
async fn a_reported_record_is_bisected_and_discarded_alone() {
    let bed = TestBed::new().await;
    let functions = reporting("c", u32::MAX, &bed);
    bed.put("a b c d").await;
    let partial = StreamSource {
        report_batch_item_failures: true,
        bisect: true,
        maximum_retry_attempts: Some(0),
        on_failure: Some(QUEUE.to_owned()),
        ..source()
    };
    bed.drain(&system(partial), &functions).await;
    assert_eq!(functions.batches(), ["a b c d", "c d", "c", "d"]);
    let (_, message) = bed.mailbox.letters().remove(0);
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
    // The function itself did not fail.
    assert_eq!(message["responseContext"], json!({ "statusCode": 200, "executedVersion": "$LATEST" }));
}

#[tokio::test]
async fn a_report_that_says_nothing_fails_the_whole_batch() {
    for answer in [
        json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }),
        json!({ "batchItemFailures": [{ "itemIdentifier": "100000000000000000001" }] }),
        json!("done"),
    ] {
        let bed = TestBed::new().await;
        let first = AtomicU32::new(0);
        let answered = answer.clone();
        let functions = Functions::new(move |_| {
            if first.fetch_add(1, Ordering::Relaxed) == 0 { Outcome::Says(answered.clone()) } else { OK }
        });
        bed.put("a b").await;
        let partial = StreamSource { report_batch_item_failures: true, ..source() };
        bed.drain(&system(partial), &functions).await;
        assert_eq!(functions.batches(), ["a b", "a b"], "{answer}");
    }
}

#[tokio::test]
async fn a_report_is_not_looked_at_unless_asked_for() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| Outcome::Says(json!({ "batchItemFailures": [{ "itemIdentifier": "" }] })));
    bed.put("a").await;
    bed.drain(&system(source()), &functions).await;
    assert_eq!(functions.batches(), ["a"]);
}
