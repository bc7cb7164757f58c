//! After `kill -9` in the middle of a batch, the batch comes again and what was before it does not.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Request;
use local_dynamodb::DynamoDb;
use local_event_sources::{Backoff, Destination, EventSources, Services, Undelivered};
use local_lambda::{Invocation, Invoke, InvokeError};
use serde_json::{Value, json};
use template::{EventSource, Function, StreamSource, System, Table};

const FOLDER: &str = "LOCAL_EVENT_SOURCES_KILL_TEST_FOLDER";

fn system() -> System {
    let table = Table {
        name: "Things".to_owned(),
        arn: "arn:aws:dynamodb:eu-central-1:000000000000:table/Things".to_owned(),
        definition: json!({
            "TableName": "Things",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "KEYS_ONLY" },
        }),
        ttl_attribute: None,
    };
    let source = StreamSource {
        id: "Stream".to_owned(),
        table: "Things".to_owned(),
        from_start: true,
        batch_size: 1,
        batch_window: Duration::ZERO,
        filters: Vec::new(),
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect: false,
        report_batch_item_failures: false,
        on_failure: None,
        enabled: true,
    };
    let reader = Function {
        name: "reader".to_owned(),
        arn: "arn:aws:lambda:eu-central-1:000000000000:function:reader".to_owned(),
        binary: "reader".to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        reserved_concurrency: None,
        sources: vec![EventSource::Stream(source)],
    };
    System {
        functions: BTreeMap::from([("reader".to_owned(), reader)]),
        tables: BTreeMap::from([("Things".to_owned(), table)]),
        ..System::default()
    }
}

/// Prints the record it is given, keeps it, and hangs on the one it is told to.
#[derive(Default)]
struct Reader {
    hang_on: Option<&'static str>,
    given: Mutex<Vec<String>>,
}

impl Invoke for Reader {
    fn invoke<'a>(&'a self, _: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        let id = event["Records"][0]["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned();
        println!("given {id}");
        let hangs = self.hang_on == Some(id.as_str());
        self.given.lock().unwrap().push(id);
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok(Invocation { request_id: "request".to_owned(), payload: Bytes::from("null"), function_error: None })
        }
        .boxed()
    }
}

struct Nowhere;

impl Destination for Nowhere {
    fn send<'a>(&'a self, _: &'a str, _: String) -> BoxFuture<'a, Result<(), Undelivered>> {
        async { Err(Undelivered("there is no queue".to_owned())) }.boxed()
    }
}

async fn start(folder: &Path, reader: Arc<Reader>) -> (DynamoDb, EventSources) {
    let (db, system) = (DynamoDb::open(folder).unwrap(), system());
    db.ensure_table(&system.tables["Things"]).await.unwrap();
    let services =
        Services { lambda: reader, dynamodb: db.clone(), destination: Arc::new(Nowhere), backoff: Backoff::default() };
    (db, EventSources::start(&system, services, folder).await.unwrap())
}

/// Not a test of its own: the process that the test kills.
#[tokio::test]
async fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let reader = Arc::new(Reader { hang_on: Some("c"), ..Reader::default() });
    let (db, _sources) = start(Path::new(&folder), reader).await;
    for id in ["a", "b", "c", "d"] {
        let item = json!({ "TableName": "Things", "Item": { "id": { "S": id } } }).to_string();
        let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
        assert_eq!(db.handle(None, request.body(Bytes::from(item)).unwrap()).await.status(), 200);
    }
    println!("written");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_batch_cut_off_by_kill_9_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut awaited = vec!["written", "given c"];
    for line in BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok) {
        awaited.retain(|part| !line.contains(part));
        if awaited.is_empty() {
            break;
        }
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(awaited.is_empty(), "{awaited:?}");

    let reader = Arc::new(Reader::default());
    let (_db, sources) = start(folder.path(), reader.clone()).await;
    sources.drained().await.unwrap();
    assert_eq!(*reader.given.lock().unwrap(), ["c", "d"]);
}
