//! What the product service would write, without a database: its own stores write to this.
//!
//! A hundred thousand products through the API and the stream take an hour, and one by one through the stores some
//! minutes. This takes their very requests and keeps the items, which are then written in bulk.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// Items by table.
pub type Items = BTreeMap<String, Vec<Value>>;

/// A database that remembers what is put into it, and counts.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    items: Items,
    /// What is added up, by table and key.
    counts: BTreeMap<(String, String), Count>,
}

#[derive(Debug)]
struct Count {
    key: Value,
    attribute: String,
    sum: i64,
}

impl Recorder {
    /// A client that writes to this.
    pub fn client(&self) -> Client {
        let connector = SharedHttpConnector::new(self.clone());
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("bench", "bench", None, None, "bench"))
            .endpoint_url("http://localhost")
            .http_client(http_client_fn(move |_, _| connector.clone()));
        Client::from_conf(config.build())
    }

    /// What was put since this was last asked.
    pub fn take_items(&self) -> Items {
        take(&mut self.lock().items)
    }

    /// The items that count something, as they are by now.
    pub fn counts(&self) -> Items {
        let mut items = Items::new();
        for ((table, _), count) in &self.lock().counts {
            let mut item = count.key.clone();
            item[&count.attribute] = json!({"N": count.sum.to_string()});
            items.entry(table.clone()).or_default().push(item);
        }
        items
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorded {
    /// Keeps what one request writes: an item alone, or a transaction's.
    fn keep(&mut self, mut request: Value) {
        match request["TransactItems"].take() {
            Value::Array(actions) => {
                for mut action in actions {
                    self.put(action["Put"].take());
                    self.add(action["Update"].take());
                }
            }
            _ => self.put(request),
        }
    }

    fn put(&mut self, mut put: Value) {
        if let (Some(table), item @ Value::Object(_)) =
            (put["TableName"].as_str().map(str::to_owned), put["Item"].take())
        {
            self.items.entry(table).or_default().push(item);
        }
    }

    /// `ADD #total :by`
    fn add(&mut self, mut update: Value) {
        let Some(table) = update["TableName"].as_str().map(str::to_owned) else { return };
        let key = update["Key"].take();
        let names = update["ExpressionAttributeNames"].as_object();
        let attribute = names.and_then(|names| names.values().next()?.as_str()).unwrap_or_default().to_owned();
        let by = update["ExpressionAttributeValues"].as_object().and_then(|values| values.values().next());
        let by: i64 = by.and_then(|by| by["N"].as_str()?.parse().ok()).unwrap_or_default();
        // The SDK writes the parts of a key in any order.
        let sorted: BTreeMap<_, _> = key.as_object().into_iter().flatten().collect();
        let name = format!("{sorted:?}");
        let count = self.counts.entry((table, name)).or_insert(Count { key, attribute, sum: 0 });
        count.sum += by;
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = serde_json::from_slice(request.body().bytes().unwrap_or_default());
        HttpConnectorFuture::ready(match request {
            Ok(request) => {
                self.lock().keep(request);
                let mut answer = HttpResponse::new(http::StatusCode::OK.into(), SdkBody::from("{}"));
                answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
                Ok(answer)
            }
            Err(error) => Err(ConnectorError::other(error.into(), None)),
        })
    }
}
