//! The Runtime API: how a function's process gets events and sends responses.
//!
//! AWS: "Using the Lambda runtime API for custom runtimes". One listener serves all instances of a stack; each has
//! a base path of its own that only its process knows, which `AWS_LAMBDA_RUNTIME_API` carries and the
//! `lambda_runtime` client keeps.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::failure::{RESPONSE_LIMIT, error_object};
use crate::job::{Delivery, FunctionResponse, Message};
use crate::stack::{Mailbox, Stack};

const VERSION: &str = "2018-06-01";
const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");

/// Serves all instances of a stack until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, stack: Arc<Stack>) {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => {
                tokio::spawn(connected(connection, stack.clone()));
            }
            // A connection that was reset before it was accepted, or no file descriptors left for now.
            Err(error) => {
                tracing::warn!(%error, "the Runtime API could not accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }
}

async fn connected(connection: TcpStream, stack: Arc<Stack>) {
    let _ = connection.set_nodelay(true);
    let service = service_fn(|request| async { Ok::<_, Infallible>(handle(&stack, request).await) });
    // Fails when the process ends, which its instance notices by itself.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}

async fn handle(stack: &Stack, request: Request<impl Body<Data = Bytes> + Unpin>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let mut path = parts.uri.path().trim_start_matches('/').splitn(4, '/');
    let (Some(instance_id), Some(VERSION), Some("runtime"), Some(call)) =
        (path.next(), path.next(), path.next(), path.next())
    else {
        return unknown();
    };
    let Some(mailbox) = stack.mailbox(instance_id) else { return unknown() };
    let segments = call.split('/').collect::<Vec<_>>();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(&mailbox).await,
        (&Method::POST, ["invocation", request_id, "response"]) => {
            let response = match read(body).await {
                Ok(Some(body)) => FunctionResponse::Success(body),
                Ok(None) => FunctionResponse::TooLarge,
                Err(_) => return broken_body(),
            };
            responded(&mailbox, request_id, response).await
        }
        (&Method::POST, ["invocation", request_id, "error"]) => {
            let response = match read(body).await {
                Ok(Some(body)) if body.is_empty() => {
                    FunctionResponse::Error(error_object(error_type(&parts.headers), ""))
                }
                Ok(Some(body)) => FunctionResponse::Error(body),
                Ok(None) => FunctionResponse::TooLarge,
                Err(_) => return broken_body(),
            };
            responded(&mailbox, request_id, response).await
        }
        (&Method::POST, ["init", "error"]) => {
            let error_type = error_type(&parts.headers).to_owned();
            let Ok(body) = read(body).await else { return broken_body() };
            init_failed(&mailbox, error_type, body.unwrap_or_default()).await
        }
        _ => unknown(),
    }
}

/// Waits for an event, however long that takes.
async fn next(mailbox: &Mailbox) -> Response<Full<Bytes>> {
    let (sender, delivery) = oneshot::channel();
    // An instance that has ended drops the message, and with it the sender.
    let _ = mailbox.send(Message::Next(sender));
    match delivery.await {
        Ok(delivery) => event(delivery).unwrap_or_else(|error| {
            tracing::error!(%error, "an event could not be put into a response");
            failed(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "The event has an invalid header.")
        }),
        Err(_) => failed(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed."),
    }
}

fn event(delivery: Delivery) -> http::Result<Response<Full<Bytes>>> {
    let mut response = Response::builder()
        .header(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header(REQUEST_ID, delivery.request_id)
        .header(DEADLINE, delivery.deadline_ms.to_string())
        .header(FUNCTION_ARN, delivery.function_arn)
        .header(TRACE_ID, delivery.trace_id);
    if let Some(context) = delivery.client_context {
        response = response.header(CLIENT_CONTEXT, context);
    }
    response.body(Full::new(delivery.payload))
}

async fn responded(mailbox: &Mailbox, request_id: &str, response: FunctionResponse) -> Response<Full<Bytes>> {
    let too_large = matches!(response, FunctionResponse::TooLarge);
    let (accepted, verdict) = oneshot::channel();
    let _ = mailbox.send(Message::Response { request_id: request_id.to_owned(), response, accepted });
    match verdict.await {
        Ok(true) if too_large => failed(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            &format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."),
        ),
        Ok(true) => accepted_response(),
        Ok(false) | Err(_) => failed(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
    }
}

async fn init_failed(mailbox: &Mailbox, error_type: String, body: Bytes) -> Response<Full<Bytes>> {
    let (accepted, verdict) = oneshot::channel();
    let _ = mailbox.send(Message::InitError { error_type, body, accepted });
    match verdict.await {
        Ok(true) => accepted_response(),
        Ok(false) | Err(_) => {
            failed(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed.")
        }
    }
}

/// The whole body, or `None` for one over the limit. That one is read to its end too: a client whose request is cut
/// off sees a broken connection instead of our response.
async fn read<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<Option<Bytes>, B::Error> {
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > RESPONSE_LIMIT {
            (first, all) = (None, BytesMut::new());
            continue;
        }
        // Most bodies come in one piece, which is passed on uncopied.
        match first.take() {
            None if all.is_empty() => first = Some(data),
            piece => {
                all.extend_from_slice(&piece.unwrap_or_default());
                all.extend_from_slice(&data);
            }
        }
    }
    Ok((length <= RESPONSE_LIMIT).then(|| first.unwrap_or_else(|| all.freeze())))
}

fn error_type(headers: &http::HeaderMap) -> &str {
    headers.get(ERROR_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("Runtime.Unknown")
}

fn accepted_response() -> Response<Full<Bytes>> {
    response(StatusCode::ACCEPTED, Bytes::from_static(br#"{"status":"OK"}"#))
}

fn unknown() -> Response<Full<Bytes>> {
    failed(StatusCode::NOT_FOUND, "NotFound", "Not found")
}

fn broken_body() -> Response<Full<Bytes>> {
    failed(StatusCode::BAD_REQUEST, "InvalidRequest", "The body ended early.")
}

fn failed(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    response(status, error_object(error_type, message))
}

fn response(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod properties;
