//! The SQS API over HTTP: the AWS JSON 1.0 protocol, which every SDK has spoken to SQS since 2023.
//!
//! Smithy: "AWS JSON 1.0 protocol" and "AWS Query compatible" (the header that keeps error codes as they were in the
//! XML protocol before). Each operation is a function from its input to its output. This file routes a request to
//! its operation, decodes the input and encodes the output or the error.

mod batch;
mod call;
mod change;
mod error;
mod inspect;
mod move_tasks;
mod queues;
mod receive;
mod send;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use local_stories::Span;
use local_template::{ACCOUNT, QUEUE_ENDPOINT};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::call::Call;
use crate::{Error, Sqs};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const TARGET: &str = "AmazonSQS.";

impl Sqs {
    /// Answers one HTTP request of the SQS API. `caller` is who signed it: the `SenderId` of what it sends.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        // With the port, so that a client that sends to a queue's URL arrives.
        let endpoint = header("host").map_or_else(|| QUEUE_ENDPOINT.to_owned(), |host| format!("http://{host}"));
        let span = request.extensions().get::<Span>().cloned().unwrap_or_default();
        let (sender, trace_header) = (caller.unwrap_or(ACCOUNT), header("x-amzn-trace-id"));
        let call = Call { sqs: self, endpoint: &endpoint, sender, trace_header, span: &span };
        let target = header("x-amz-target").unwrap_or_default();
        let operation = target.strip_prefix(TARGET).unwrap_or(target);
        let (status, mut headers, body) = match run(&call, operation, request.body()).await {
            Ok(body) => (StatusCode::OK, HeaderMap::new(), body),
            Err(failure) => error::response(operation, &failure),
        };
        headers.insert(CONTENT_TYPE, JSON);
        if let Ok(id) = HeaderValue::try_from(Uuid::now_v7().to_string()) {
            headers.insert("x-amzn-requestid", id);
        }
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

async fn run(call: &Call<'_>, operation: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    match operation {
        "SendMessage" => encode(send::one(call, decode(body)?).await?),
        "SendMessageBatch" => encode(send::batch(call, decode(body)?).await?),
        "ReceiveMessage" => encode(receive::receive(call, decode(body)?).await?),
        "DeleteMessage" => encode(change::delete(call, decode(body)?).await?),
        "DeleteMessageBatch" => encode(change::delete_batch(call, decode(body)?).await?),
        "ChangeMessageVisibility" => encode(change::visibility(call, decode(body)?).await?),
        "ChangeMessageVisibilityBatch" => encode(change::visibility_batch(call, decode(body)?).await?),
        "PurgeQueue" => encode(change::purge(call, decode(body)?).await?),
        "GetQueueAttributes" => encode(inspect::attributes(call, decode(body)?).await?),
        "GetQueueUrl" => encode(queues::url(call, decode(body)?)?),
        "ListQueues" => encode(queues::list(call, decode(body)?)?),
        "ListDeadLetterSourceQueues" => encode(queues::dead_letter_sources(call, decode(body)?)?),
        "StartMessageMoveTask" => encode(move_tasks::start(call, decode(body)?).await?),
        "ListMessageMoveTasks" => encode(move_tasks::list(call, decode(body)?).await?),
        "CancelMessageMoveTask" => Err(Error::UnsupportedOperation(
            "A message move task is done at once here: there is none to cancel.".into(),
        )),
        "CreateQueue" => encode(queues::create(call, decode(body)?)?),
        "DeleteQueue" | "SetQueueAttributes" | "AddPermission" | "RemovePermission" | "TagQueue" | "UntagQueue"
        | "ListQueueTags" => Err(Error::UnsupportedOperation(format!(
            "{operation} is not emulated: queues and their settings come from the template."
        ))),
        _ => Err(Error::UnknownOperation(operation.into())),
    }
}

fn decode<I: DeserializeOwned>(body: &[u8]) -> Result<I, Error> {
    // An operation whose parameters are all optional may come with no body at all.
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body }).map_err(Error::Serialization)
}

fn encode(output: impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&output).map_err(Error::Serialization)
}
