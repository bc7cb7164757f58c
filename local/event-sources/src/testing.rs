//! What the tests of this crate share: systems with sources, functions that are closures, a mailbox.

mod system;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Request;
use local_dynamodb::DynamoDb;
use local_lambda::{FunctionError, Invocation, Invoke, InvokeError};
use local_sqs::{NewMessage, Sqs};
use local_stories::{Limits, Recorder, Tables};
use local_template::System;
use serde_json::{Value, json};

use crate::{Backoff, Destination, EventSources, Redelivery, Services, Undelivered};

pub(crate) use system::*;

/// How a function of the tests ends.
pub(crate) enum Outcome {
    Says(Value),
    Fails,
    IsThrottled,
    /// It runs until it is stopped.
    Hangs,
}

/// It answers nothing in particular.
pub(crate) const OK: Outcome = Outcome::Says(Value::Null);

type Behaviour = dyn Fn(&str, Vec<String>, &Value) -> BoxFuture<'static, Outcome> + Send + Sync;

/// Functions that are closures over (function, ids of the records in the batch).
pub(crate) struct Functions {
    behaviour: Box<Behaviour>,
    log: Mutex<Vec<Vec<String>>>,
    payloads: Mutex<Vec<Value>>,
    pub called: tokio::sync::Notify,
}

impl Functions {
    pub(crate) fn new(behaviour: impl Fn(&[String]) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Self::awaiting(move |_, ids| std::future::ready(behaviour(&ids)).boxed())
    }

    /// Functions that look at their whole event.
    pub(crate) fn replying(behaviour: impl Fn(&Value) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Self::behaving(move |_, _, event| std::future::ready(behaviour(event)).boxed())
    }

    pub(crate) fn awaiting(
        behaviour: impl Fn(&str, Vec<String>) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::behaving(move |function, ids, _| behaviour(function, ids))
    }

    fn behaving(
        behaviour: impl Fn(&str, Vec<String>, &Value) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
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
        // Of a stream's record the item's id, of a queue's the body.
        let id = |record: &Value| {
            let id = record["dynamodb"]["Keys"]["id"]["S"].as_str();
            id.or(record["body"].as_str()).unwrap().to_owned()
        };
        let ids: Vec<String> = event["Records"].as_array().into_iter().flatten().map(id).collect();
        let number = {
            let mut log = self.log.lock().unwrap();
            log.push(ids.clone());
            log.len()
        };
        let answer = (self.behaviour)(function, ids, &event);
        self.payloads.lock().unwrap().push(event);
        self.called.notify_one();
        async move {
            let (payload, function_error) = match answer.await {
                Outcome::Says(value) => (value, None),
                Outcome::Fails => (json!({ "errorMessage": "no" }), Some(FunctionError::Reported)),
                Outcome::IsThrottled => return Err(InvokeError::Throttled(function.to_owned())),
                Outcome::Hangs => std::future::pending().await,
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
pub(crate) struct TestBed {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
    pub db: DynamoDb,
    pub sqs: Sqs,
    pub mailbox: Arc<Mailbox>,
    pub stories: Recorder,
}

impl TestBed {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bed = Self::at(folder.path()).await;
        Self { _temporary: Some(folder), ..bed }
    }

    /// The one that was in `folder` before.
    pub(crate) async fn at(folder: &Path) -> Self {
        let db = DynamoDb::open(folder).unwrap();
        for name in ["Things", "Others"] {
            db.ensure_table(&table(name)).await.unwrap();
        }
        let queues = queues().map(|(_, queue)| queue);
        let sqs = Sqs::open(folder, &queues).unwrap();
        Self {
            folder: folder.to_owned(),
            _temporary: None,
            db,
            sqs,
            mailbox: Arc::default(),
            stories: Recorder::new(Limits::default(), Tables::new()),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn services(&self, functions: &Arc<Functions>) -> Services {
        Services {
            lambda: functions.clone(),
            dynamodb: self.db.clone(),
            sqs: self.sqs.clone(),
            destination: self.mailbox.clone(),
            stories: self.stories.clone(),
            backoff: Backoff { first: Duration::from_millis(1), most: Duration::from_millis(2) },
        }
    }

    pub(crate) async fn start(&self, system: &System, functions: &Arc<Functions>) -> EventSources {
        EventSources::start(system, self.services(functions), self.folder()).await.unwrap()
    }

    /// Starts, waits until nothing is left, and stops.
    pub(crate) async fn drain(&self, system: &System, functions: &Arc<Functions>) {
        let sources = self.start(system, functions).await;
        sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
        sources.stop().await;
    }

    /// Sends a message for each of the words in `text`.
    pub(crate) async fn send(&self, text: &str) {
        let messages = text.split_whitespace().map(NewMessage::new).collect();
        self.sqs.send_all("Jobs", messages).await.unwrap();
    }

    /// The bodies of the messages in a queue, in order.
    pub(crate) async fn bodies(&self, queue: &str) -> Vec<String> {
        self.sqs.peek(queue, 100).await.unwrap().into_iter().map(|message| message.body).collect()
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
