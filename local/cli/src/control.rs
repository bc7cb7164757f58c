//! What tests and tools may ask of a running stack, under `/_local/`: look inside, rotate a secret, inject faults.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use local_dynamodb::Fault;
use serde::Serialize;
use serde_json::{Value, json};

use crate::aws_api::is_local;
use crate::stack::Stack;

/// Paths under this are never the API's.
pub const PREFIX: &str = "/_local/";

/// A header that no web page can send without being asked for permission first.
const HEADER: &str = "x-local-stack";

/// Answers a control request with JSON.
pub async fn handle(stack: &Stack, request: Request<Bytes>) -> Response<Bytes> {
    if !is_local(request.headers()) || !request.headers().contains_key(HEADER) {
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
        (&Method::POST, ["event-sources", "drain"]) => {
            stack.event_sources.drained().await.map_err(failed)?;
            Ok(Value::Null)
        }
        (&Method::POST, ["secrets", name, "rotate"]) => {
            let version = stack.secrets.rotate(name).await.map_err(bad_request)?;
            Ok(json!({"versionId": version}))
        }
        _ => Err((StatusCode::NOT_FOUND, "no such control".to_owned())),
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
