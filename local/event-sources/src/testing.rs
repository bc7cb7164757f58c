//! What the tests of this crate share: a table with a stream, functions that are closures, a mailbox.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Request;
use local_dynamodb::DynamoDb;
use local_lambda::{FunctionError, Invocation, Invoke, InvokeError};
use serde_json::{Value, json};
use template::{EventSource, Function, StreamSource, System, Table};

use crate::{Backoff, Destination, EventSources, Services, Undelivered};

pub(crate) const QUEUE: &str = "arn:aws:sqs:eu-central-1:000000000000:Discarded";

pub(crate) fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        arn: format!("arn:aws:dynamodb:eu-central-1:000000000000:table/{name}"),
        definition: json!({
            "TableName": name,
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        }),
        ttl_attribute: None,
    }
}

/// Reads `Things` from its start, with the defaults of a template.
pub(crate) fn source() -> StreamSource {
    StreamSource {
        id: "Stream".to_owned(),
        table: "Things".to_owned(),
        from_start: true,
        batch_size: 100,
        batch_window: Duration::ZERO,
        filters: Vec::new(),
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect: false,
        report_batch_item_failures: false,
        on_failure: None,
        enabled: true,
    }
}

pub(crate) fn function(name: &str, source: StreamSource) -> Function {
    Function {
        name: name.to_owned(),
        arn: format!("arn:aws:lambda:eu-central-1:000000000000:function:{name}"),
        binary: name.to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        reserved_concurrency: None,
        sources: vec![EventSource::Stream(source)],
    }
}

/// The tables `Things` and `Others`, and a function `reader` with `source`.
pub(crate) fn system(source: StreamSource) -> System {
    System {
        region: "eu-central-1".to_owned(),
        functions: BTreeMap::from([("reader".to_owned(), function("reader", source))]),
        tables: ["Things", "Others"].map(|name| (name.to_owned(), table(name))).into(),
        ..System::default()
    }
}

/// How a function of the tests ends.
pub(crate) enum Answer {
    Says(Value),
    Fails,
    IsThrottled,
    /// It runs until it is stopped.
    Hangs,
}

/// It answers nothing in particular.
pub(crate) const OK: Answer = Answer::Says(Value::Null);

type Behaviour = dyn Fn(&str, Vec<String>) -> BoxFuture<'static, Answer> + Send + Sync;

/// Functions that are closures over (function, ids of the records in the batch).
pub(crate) struct Functions {
    behaviour: Box<Behaviour>,
    log: Mutex<Vec<Vec<String>>>,
    payloads: Mutex<Vec<Value>>,
    pub called: tokio::sync::Notify,
}

impl Functions {
    pub(crate) fn new(behaviour: impl Fn(&[String]) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Self::awaiting(move |_, ids| std::future::ready(behaviour(&ids)).boxed())
    }

    pub(crate) fn awaiting(
        behaviour: impl Fn(&str, Vec<String>) -> BoxFuture<'static, Answer> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            behaviour: Box::new(behaviour),
            log: Mutex::default(),
            payloads: Mutex::default(),
            called: tokio::sync::Notify::new(),
        })
    }

    /// The batches so far, as the ids in them: `["a b", "c"]`.
    pub(crate) fn batches(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|ids| ids.join(" ")).collect()
    }

    pub(crate) fn payloads(&self) -> Vec<Value> {
        self.payloads.lock().unwrap().clone()
    }
}

impl Invoke for Functions {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        let id = |record: &Value| record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned();
        let ids: Vec<String> = event["Records"].as_array().unwrap().iter().map(id).collect();
        let number = {
            let mut log = self.log.lock().unwrap();
            log.push(ids.clone());
            log.len()
        };
        self.payloads.lock().unwrap().push(event);
        self.called.notify_one();
        async move {
            let (payload, function_error) = match (self.behaviour)(function, ids).await {
                Answer::Says(value) => (value, None),
                Answer::Fails => (json!({ "errorMessage": "no" }), Some(FunctionError::Reported)),
                Answer::IsThrottled => return Err(InvokeError::Throttled(function.to_owned())),
                Answer::Hangs => std::future::pending().await,
            };
            let payload = Bytes::from(payload.to_string());
            Ok(Invocation { request_id: format!("request-{number}"), payload, function_error })
        }
        .boxed()
    }
}

/// A destination that keeps what it gets, after refusing the first `refuse`.
#[derive(Default)]
pub(crate) struct Mailbox {
    refuse: Mutex<u32>,
    letters: Mutex<Vec<(String, Value)>>,
}

impl Mailbox {
    pub(crate) fn refusing(refuse: u32) -> Arc<Self> {
        Arc::new(Self { refuse: Mutex::new(refuse), letters: Mutex::default() })
    }

    pub(crate) fn letters(&self) -> Vec<(String, Value)> {
        self.letters.lock().unwrap().clone()
    }
}

impl Destination for Mailbox {
    fn send<'a>(&'a self, arn: &'a str, body: String) -> BoxFuture<'a, Result<(), Undelivered>> {
        async move {
            let mut refuse = self.refuse.lock().unwrap();
            if *refuse > 0 {
                *refuse -= 1;
                return Err(Undelivered("full".to_owned()));
            }
            self.letters.lock().unwrap().push((arn.to_owned(), serde_json::from_str(&body).unwrap()));
            Ok(())
        }
        .boxed()
    }
}

/// A data folder that sources are started in, once or again.
pub(crate) struct World {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
    pub db: DynamoDb,
    pub mailbox: Arc<Mailbox>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self::at(folder.path()).await;
        Self { _temporary: Some(folder), ..world }
    }

    /// The one that was in `folder` before.
    pub(crate) async fn at(folder: &Path) -> Self {
        let db = DynamoDb::open(folder).unwrap();
        for name in ["Things", "Others"] {
            db.ensure_table(&table(name)).await.unwrap();
        }
        Self { folder: folder.to_owned(), _temporary: None, db, mailbox: Arc::default() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn services(&self, functions: &Arc<Functions>) -> Services {
        Services {
            lambda: functions.clone(),
            dynamodb: self.db.clone(),
            destination: self.mailbox.clone(),
            backoff: Backoff { first: Duration::from_millis(1), most: Duration::from_millis(2) },
        }
    }

    pub(crate) async fn start(&self, system: &System, functions: &Arc<Functions>) -> EventSources {
        EventSources::start(system, self.services(functions), self.folder()).await.unwrap()
    }

    /// Starts, waits until nothing is left, and stops.
    pub(crate) async fn drain(&self, system: &System, functions: &Arc<Functions>) {
        let sources = self.start(system, functions).await;
        sources.drained().await.unwrap();
        sources.stop().await;
    }

    /// Puts an item for each of the ids in `text`.
    pub(crate) async fn put(&self, text: &str) {
        for id in text.split_whitespace() {
            put(&self.db, "Things", id, &json!({})).await;
        }
    }
}

pub(crate) async fn put(db: &DynamoDb, table: &str, id: &str, more: &Value) {
    let mut item = more.clone();
    item["id"] = json!({ "S": id });
    let body = json!({ "TableName": table, "Item": item }).to_string();
    let request =
        Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem").body(Bytes::from(body)).unwrap();
    let response = db.handle(None, request).await;
    assert_eq!(response.status(), 200, "{:?}", response.body());
}
