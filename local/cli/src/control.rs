//! Controls of a running stack, under `/_local/`: tests and subcommands look inside, run a schedule, redrive dead
//! letters, rotate a secret, inject faults, and see which rights the functions used.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use local_dynamodb::Fault;
use local_event_sources::Redelivery;
use local_sqs::{Message, RedriveFailure};
use serde::Serialize;
use serde_json::{Value, json};

use crate::aws_api::is_local;
use crate::stack::Stack;

/// The prefix of controls. No path under it reaches the API.
pub const PREFIX: &str = "/_local/";

/// The header that a control requires: no web page can send it to another origin without a preflight.
pub const HEADER: &str = "x-local-stack";

/// Answers a request for a control with JSON.
pub async fn handle(stack: &Stack, request: Request<Bytes>) -> Response<Bytes> {
    if !is_local(request.headers(), stack.host.as_deref()) || !request.headers().contains_key(HEADER) {
        return answer(StatusCode::FORBIDDEN, &json!({"error": format!("send the header {HEADER}: 1")}));
    }
    match control(stack, &request).await {
        Ok(value) => answer(StatusCode::OK, &value),
        Err((status, message)) => answer(status, &json!({"error": message})),
    }
}

async fn control(stack: &Stack, request: &Request<Bytes>) -> Result<Value, (StatusCode, String)> {
    let path: Vec<&str> = request.uri().path().trim_start_matches(PREFIX).split('/').collect();
    match (request.method(), path.as_slice()) {
        (&Method::GET, ["functions"]) => value(&stack.functions),
        (&Method::GET, ["instances"]) => {
            let instances = stack.lambda.instances().into_iter();
            Ok(instances.map(|one| json!({"function": one.function, "pid": one.pid, "busy": one.busy})).collect())
        }
        (&Method::GET, ["dynamodb", "calls"]) => value(&stack.dynamodb.calls().snapshot()),
        (&Method::DELETE, ["dynamodb", "calls"]) => value(&stack.dynamodb.calls().reset()),
        (&Method::POST, ["dynamodb", "faults"]) => {
            let fault: Fault = serde_json::from_slice(request.body()).map_err(bad_request)?;
            stack.dynamodb.faults().inject(fault);
            Ok(Value::Null)
        }
        (&Method::DELETE, ["dynamodb", "faults"]) => {
            stack.dynamodb.faults().clear();
            Ok(Value::Null)
        }
        (&Method::GET, ["iam", "used"]) => value(&stack.iam.uses()),
        (&Method::POST, ["event-sources", "drain"]) => {
            let failed_ones = if request.uri().query() == Some("hurry") {
                Redelivery::AtOnce
            } else {
                Redelivery::AfterVisibilityTimeout
            };
            stack.event_sources.drained(failed_ones).await.map_err(failed)?;
            Ok(Value::Null)
        }
        (&Method::POST, ["schedules", function, "run"]) => {
            let invocation = stack.event_sources.run_schedule(function).await.map_err(failed)?;
            let answer = String::from_utf8_lossy(&invocation.payload);
            match invocation.function_error {
                None => Ok(serde_json::from_str(&answer).unwrap_or(Value::Null)),
                Some(_) => Err(failed(answer)),
            }
        }
        (&Method::GET, ["queues"]) => queues(stack).await,
        (&Method::GET, ["queues", name, "messages"]) => messages(stack, name).await,
        (&Method::POST, ["queues", name, "redrive"]) => {
            let redriven = stack.sqs.redrive(name).await.map_err(queue_error)?;
            let failure = redriven.failure.map(RedriveFailure::code);
            Ok(json!({"found": redriven.found, "moved": redriven.moved, "failure": failure}))
        }
        (&Method::POST, ["secrets", name, "rotate"]) => {
            let version = stack.secrets.rotate(name).await.map_err(bad_request)?;
            Ok(json!({"versionId": version}))
        }
        _ => Err((StatusCode::NOT_FOUND, "no such control".to_owned())),
    }
}

/// Each queue, the number of its messages, and the functions that read it: none, if it is for dead letters.
async fn queues(stack: &Stack) -> Result<Value, (StatusCode, String)> {
    let mut all = Vec::new();
    for queue in stack.sqs.all() {
        let depth = stack.sqs.depth(&queue.name).await.map_err(failed)?;
        all.push(json!({
            "name": queue.name,
            "visible": depth.visible,
            "inFlight": depth.in_flight,
            "delayed": depth.delayed,
            "readers": stack.event_sources.readers(&queue.arn).collect::<Vec<_>>(),
        }));
    }
    Ok(Value::Array(all))
}

/// The oldest messages of a queue. Looking at them does not count as receiving.
async fn messages(stack: &Stack, queue: &str) -> Result<Value, (StatusCode, String)> {
    const MOST: usize = 100;
    let shown = |message: Message| {
        json!({
            "id": message.id,
            "sent": message.sent,
            "receiveCount": message.receive_count,
            "from": message.dead_letter_source,
            "body": message.body,
        })
    };
    let messages = stack.sqs.peek(queue, MOST).await.map_err(queue_error)?;
    Ok(messages.into_iter().map(shown).collect())
}

fn queue_error(error: local_sqs::Error) -> (StatusCode, String) {
    match error {
        local_sqs::Error::QueueDoesNotExist => (StatusCode::NOT_FOUND, error.to_string()),
        error => failed(error),
    }
}

fn value(value: &impl Serialize) -> Result<Value, (StatusCode, String)> {
    serde_json::to_value(value).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn bad_request(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, error.to_string())
}

fn answer(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response
}
