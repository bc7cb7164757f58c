//! What SQS answers to a batch (Amazon SQS API Reference, "SendMessageBatch"), for tests of what calls it.

use std::sync::{Arc, Mutex};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::SqsSender;

/// URL of a queue.
pub(in crate::publish) const QUEUE: &str = "https://sqs/jobs";

/// URL of a queue that does not exist.
pub(in crate::publish) const MISSING: &str = "https://sqs/missing";

/// A message with this body is not accepted.
pub(in crate::publish) const REFUSED: &str = "refused";

/// An SQS on a port of its own.
pub(in crate::publish) struct Sqs {
    url: String,
    /// Entries of [`QUEUE`], in the order of their arrival.
    accepted: Arc<Mutex<Vec<Value>>>,
}

impl Sqs {
    pub(in crate::publish) async fn serve() -> Self {
        let accepted = Arc::<Mutex<Vec<Value>>>::default();
        let entries = Arc::clone(&accepted);
        let handle = move |request: Request<Bytes>| {
            let (status, body) = answer(&request, &entries);
            let response = Response::builder().status(status).body(body.to_string().into()).unwrap();
            async { response }
        };
        Self { url: local_testing::http::serve(handle).await, accepted }
    }

    pub(in crate::publish) fn sender(&self) -> SqsSender {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.url)
            .http_client(local_testing::http::client());
        SqsSender(Client::from_conf(config.build()))
    }

    pub(in crate::publish) fn accepted(&self) -> Vec<Value> {
        self.accepted.lock().unwrap().clone()
    }

    pub(in crate::publish) fn bodies(&self) -> Vec<String> {
        self.accepted().iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()).collect()
    }
}

fn answer(request: &Request<Bytes>, accepted: &Mutex<Vec<Value>>) -> (u16, Value) {
    assert_eq!(request.headers()["x-amz-target"], "AmazonSQS.SendMessageBatch");
    let batch: Value = serde_json::from_slice(request.body()).unwrap();
    if batch["QueueUrl"] == MISSING {
        return (400, json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No such queue"}));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in batch["Entries"].as_array().unwrap() {
        let id = &entry["Id"];
        if entry["MessageBody"] == REFUSED {
            failed.push(json!({"Id": id, "Code": "InternalError", "SenderFault": false}));
        } else {
            accepted.lock().unwrap().push(entry.clone());
            successful.push(json!({"Id": id, "MessageId": id, "MD5OfMessageBody": ""}));
        }
    }
    (200, json!({"Successful": successful, "Failed": failed}))
}
