//! Another engine's DynamoDB, behind HTTP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::config::{Credentials, Region};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_dynamodb::{Controls, create_table_request};
use local_template::Table;
use serde_json::{Value, json};

/// The variable that names the engine: the URL where it answers.
const ENDPOINT: &str = "DYNAMODB_ENDPOINT_URL";

pub(crate) const REGION: Region = Region::from_static("us-east-1");

/// An account of one test's own on another engine.
///
/// DynamoDB Local keeps tables by access key, and engines of many accounts take an access key of twelve digits for one's
/// number. So tests whose tables have the same names run side by side.
#[derive(Debug, Clone)]
pub struct Remote {
    url: String,
    account: String,
    http: Client<HttpConnector, Full<Bytes>>,
    controls: Controls,
}

impl Remote {
    /// A new account on the engine that `DYNAMODB_ENDPOINT_URL` names, if it names one.
    pub fn named() -> Option<Self> {
        std::env::var(ENDPOINT).ok().filter(|url| !url.is_empty()).map(|url| Self::at(&url))
    }

    /// A new account on the engine at this URL.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            account: new_account(),
            http: Client::builder(TokioExecutor::new()).build_http(),
            controls: Controls::default(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn controls(&self) -> &Controls {
        &self.controls
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::new(&self.account, "test", None, None, "test")
    }

    /// Sends an SDK's request, which names the account, unless it is to fail.
    pub(crate) async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.controls.pass_on(request, |request| self.send(request)).await
    }

    /// Makes a call: the status and the body of the answer.
    ///
    /// # Panics
    /// The engine can't be reached, or answers with something else than JSON.
    pub async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        let api = match operation {
            "ListStreams" | "DescribeStream" | "GetShardIterator" | "GetRecords" => "DynamoDBStreams_20120810",
            _ => "DynamoDB_20120810",
        };
        let service = "dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        let request = Request::post(format!("{}/", self.url))
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={}/20260101/{REGION}/{service}", self.account),
            )
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header("x-amz-target", format!("{api}.{operation}"))
            .body(Bytes::from(body.to_string()))
            .expect("a request");
        let response = self.send(request).await;
        let body = serde_json::from_slice(response.body()).expect("JSON");
        (response.status().as_u16(), body)
    }

    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = self.http.request(request.map(Full::new)).await.expect(ENDPOINT);
        let (head, body) = response.into_parts();
        Response::from_parts(head, body.collect().await.expect("a response").to_bytes())
    }

    pub(crate) async fn create(&self, table: &Table) {
        let (status, answer) = self.call("CreateTable", &create_table_request(table)).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The records of a table's stream since its first write, as the streams API answers them.
    ///
    /// # Panics
    /// The table has no stream.
    pub async fn records(&self, table: &str) -> Vec<Value> {
        let stream = self.done("ListStreams", json!({ "TableName": table })).await["Streams"][0]["StreamArn"].take();
        let shards = self.done("DescribeStream", json!({ "StreamArn": stream })).await;
        let mut records = Vec::new();
        for shard in shards["StreamDescription"]["Shards"].as_array().expect("shards") {
            let start =
                json!({ "StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON" });
            let mut next = self.done("GetShardIterator", start).await["ShardIterator"].take();
            while next.is_string() {
                let mut page = self.done("GetRecords", json!({ "ShardIterator": next })).await;
                let found = page["Records"].as_array().expect("records");
                // An open shard always has a next iterator.
                next = if found.is_empty() { Value::Null } else { page["NextShardIterator"].clone() };
                records.extend(page["Records"].as_array_mut().into_iter().flatten().map(Value::take));
            }
        }
        records
    }

    async fn done(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.call(operation, &body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }
}

/// Twelve digits that no other test has: of this run or of one before on the same engine.
fn new_account() -> String {
    static TESTS: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let process = u64::from(std::process::id()) << 20;
    let number =
        (u64::try_from(since.as_micros()).unwrap_or_default() ^ process) + TESTS.fetch_add(1, Ordering::Relaxed);
    format!("{:012}", number % 1_000_000_000_000)
}
