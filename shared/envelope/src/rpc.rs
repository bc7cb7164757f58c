//! Functions that other services call: a JSON request in, the envelope's `data` or `error` out, no HTTP between.
//!
//! ```json
//! {"success":true,"data":{}}
//! {"success":false,"error":{"message":"…","type":"ValidationError","code":"…","details":{},"retryAfter":1}}
//! ```
//!
//! Both ends are here: [`serve_rpc`] answers, [`read_response`] reads what it answered.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use lambda_runtime::Context;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::endpoint::not_json;
use crate::log::Line;
use crate::runtime::{self, Handler, InitError, Timer, Warmth};
use crate::{Caller, Catalogue, Failure, Service, error_chain, timestamp};

/// A function that other services call.
pub trait Rpc: Sized + 'static {
    /// The request. If it has a `requestId`, the call is logged under that, and with its `caller` ([`Caller`]) if it has one.
    type Request: DeserializeOwned;
    /// The response.
    type Response: Serialize;

    /// As [`crate::Endpoint::init`].
    fn init() -> impl Future<Output = Result<Self, InitError>>;

    /// Answers one request.
    fn call(&self, request: Self::Request, context: &Context) -> impl Future<Output = Result<Self::Response, Failure>>;
}

/// Serves an RPC until Lambda ends the process. A panic in it is an internal error without detail.
pub fn serve_rpc<R: Rpc>(service: Service) -> ExitCode {
    runtime::run(async move {
        let rpc = Rc::new(R::init().await?);
        let warmth = Rc::new(Warmth::default());
        let handler: Handler = Box::new(move |request, context| {
            let (rpc, warmth) = (Rc::clone(&rpc), Rc::clone(&warmth));
            Box::pin(async move {
                let timer = warmth.start();
                let outcome = runtime::caught(invoke(rpc.as_ref(), &request, &context)).await;
                let (response, line) = finish(service, cause(&request, &context), &timer, outcome);
                line.write(&context);
                to_raw_value(&response).map_err(not_json)
            })
        });
        Ok(handler)
    })
}

async fn invoke<R: Rpc>(rpc: &R, request: &RawValue, context: &Context) -> Result<Box<RawValue>, Failure> {
    // The callers are services of this system: a request that is not understood is a fault of the system's own.
    let request = serde_json::from_str(request.get())?;
    Ok(to_raw_value(&rpc.call(request, context).await?)?)
}

/// What the caller says that it is answering.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcCause {
    /// The id of the request, or else of this invocation.
    request_id: String,
    #[serde(default)]
    caller: Caller,
}

fn cause(request: &RawValue, context: &Context) -> RpcCause {
    let unnamed = |_| RpcCause { request_id: context.request_id.clone(), caller: Caller::default() };
    serde_json::from_str(request.get()).unwrap_or_else(unnamed)
}

/// The response as JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Response {
    Success { success: bool, data: Box<RawValue> },
    Failure { success: bool, error: ErrorBody },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    message: String,
    #[serde(rename = "type")]
    kind: String,
    code: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    details: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// The response and the log line.
fn finish(
    service: Service,
    RpcCause { request_id, caller }: RpcCause,
    timer: &Timer,
    outcome: Result<Box<RawValue>, Failure>,
) -> (Response, Line) {
    let mut line = Line {
        timestamp: timestamp::now(),
        level: "INFO",
        message: "call",
        request_id,
        caller,
        service: service.name,
        route: None,
        status: None,
        code: None,
        cause: None,
        duration: timer.milliseconds(),
        cold_start: timer.is_cold(),
        audit: Vec::new(),
        metrics: Vec::new(),
    };
    let response = match outcome.map_err(Failure::into_inner) {
        Ok(data) => Response::Success { success: true, data },
        Err(failure) => {
            if failure.code.status().is_server_error() {
                line.level = "ERROR";
            }
            line.code = Some(failure.code.as_str());
            line.cause = failure.cause.as_ref().map(|cause| error_chain(cause.as_ref()));
            line.metrics = failure.metrics;
            let error = ErrorBody {
                message: failure.message,
                kind: failure.code.kind().to_owned(),
                code: failure.code.as_str().to_owned(),
                details: failure.details,
                retry_after: failure.retry_after,
            };
            Response::Failure { success: false, error }
        }
    };
    (response, line)
}

/// Reads a response of [`serve_rpc`]: its data, or the failure in it.
///
/// # Errors
/// [`serde_json::Error`] if it is neither, or an error whose code is not in the catalogue.
pub fn read_response<T: DeserializeOwned>(
    payload: &[u8],
    codes: Catalogue,
) -> Result<Result<T, Failure>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Outcome {
        success: bool,
    }
    #[derive(Deserialize)]
    struct Data<T> {
        data: T,
    }
    #[derive(Deserialize)]
    struct Refusal {
        error: ErrorBody,
    }

    let Outcome { success } = serde_json::from_slice(payload)?;
    if success {
        return serde_json::from_slice(payload).map(|Data { data }| Ok(data));
    }
    let Refusal { error } = serde_json::from_slice(payload)?;
    let unknown = || serde::de::Error::custom(format_args!("unknown error code {:?}", error.code));
    let code = codes.find(&error.code).ok_or_else(unknown)?;
    let failure = error
        .details
        .into_iter()
        .fold(Failure::new(code, error.message), |failure, (key, value)| failure.detail(&key, value));
    Ok(Err(match error.retry_after {
        Some(seconds) => failure.retry_after(seconds),
        None => failure,
    }))
}

#[cfg(test)]
mod tests;
