use serde_json::json;

use std::collections::BTreeMap;

use local_dynamodb::Sequence;
use local_template::StreamSource;

use super::trim::all_passed;
use super::*;
use crate::Redelivery;
use crate::testing::{Functions, OK, TestBed, function, put, source, system, table};

#[tokio::test]
async fn each_function_gets_every_record() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let mut system = system(StreamSource { batch_size: 1, ..source() });
    system.functions.insert("second".to_owned(), function("second", source()));
    bed.put("a b").await;
    bed.drain(&system, &functions).await;
    let mut batches = functions.batches();
    batches.sort_unstable();
    assert_eq!(batches, ["a", "a b", "b"]);
}

#[tokio::test]
async fn drained_waits_for_what_functions_write() {
    let bed = TestBed::new().await;
    let db = bed.db.clone();
    // What `reader` is given from Things it writes to Others, which `second` reads, which writes to Things until 4.
    let functions = Functions::awaiting(move |function, ids| {
        let (db, table) = (db.clone(), if function == "reader" { "Others" } else { "Things" });
        Box::pin(async move {
            for id in ids {
                tokio::task::yield_now().await;
                if id.len() < 4 {
                    put(&db, table, &format!("{id}x"), &json!({})).await;
                }
            }
            OK
        })
    });
    let mut system = system(source());
    let others = StreamSource { table: "Others".to_owned(), ..source() };
    system.functions.insert("second".to_owned(), function("second", others));
    let sources = bed.start(&system, &functions).await;
    for id in ["a", "b", "c"] {
        bed.put(id).await;
        sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
        let last = format!("{id}xxx");
        assert!(functions.batches().contains(&last), "{:?}", functions.batches());
    }
    let status = sources.status().await.unwrap();
    assert!(status.iter().all(|source| source.behind == 0 && source.failures == 0), "{status:?}");
    sources.stop().await;
}

#[tokio::test]
async fn a_source_that_is_switched_off_reads_nothing() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.put("a").await;
    let off = system(StreamSource { enabled: false, ..source() });
    bed.drain(&off, &functions).await;
    assert_eq!(functions.batches(), [""; 0]);
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_said_by_its_name() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let start = async |source| {
        let Err(error) = EventSources::start(&system(source), bed.services(&functions), bed.folder()).await else {
            panic!("it started");
        };
        error.to_string()
    };
    let filters = vec![json!({ "eventName": [{ "wildcard": "*" }] })];
    assert_eq!(
        start(StreamSource { filters, ..source() }).await,
        r#"function reader, event Stream: filter pattern, at $.eventName: unknown operator "wildcard""#
    );
    assert_eq!(
        start(StreamSource { table: "Nothings".to_owned(), ..source() }).await,
        "function reader, event Stream: there is no table Nothings"
    );
    let mut no_stream = system(source());
    let mut plain = table("Things");
    plain.definition.as_object_mut().unwrap().remove("StreamSpecification");
    no_stream.tables.insert("Things".to_owned(), plain);
    let started = EventSources::start(&no_stream, bed.services(&functions), bed.folder()).await;
    assert!(matches!(started, Err(Error::DynamoDb(local_dynamodb::Error::NoStream(_)))));
}

#[tokio::test]
async fn a_stream_is_trimmed_no_further_than_its_slowest_source() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let mut system = system(source());
    system.functions.insert("second".to_owned(), function("second", StreamSource { enabled: false, ..source() }));
    bed.put("a b").await;
    bed.drain(&system, &functions).await;
    let positions = Positions::open(&bed.folder().join("event-sources.sqlite")).unwrap();
    let passed = all_passed(&stream_keys(&system), &positions).await.unwrap();
    assert_eq!(passed, BTreeMap::from([("Things".to_owned(), Sequence::START)]));
    system.functions.remove("second");
    let passed = all_passed(&stream_keys(&system), &positions).await.unwrap();
    let latest = bed.db.stream(&table("Things")).unwrap().latest().await.unwrap();
    assert_eq!(passed, BTreeMap::from([("Things".to_owned(), latest)]));
}
