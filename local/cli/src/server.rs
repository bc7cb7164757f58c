//! The stack's port: on loopback, and on another address if functions need that.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use local_apigateway::{BODY_LIMIT, Exchange, Unread};
use tokio::net::TcpListener;

use crate::current::Current;
use crate::docs::Docs;
use crate::error::Error;
use crate::stack::Stack;
use crate::{aws_api, console, control};

/// The longest body from an SDK, in bytes: DynamoDB's 16 MB. The services check their own limits.
const AWS_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How many bytes more of a body that is too long are read and dropped.
const DROPPED_BYTES: usize = 64 * 1024 * 1024;

/// How long they are read.
const DROPPED_FOR: Duration = Duration::from_secs(10);

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long it may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// Listens on an address that is not loopback, for functions in containers.
pub async fn listen_at(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|cause| Error::Listen { address, cause })
}

/// Listens on a port of loopback.
pub async fn listen(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => Error::PortTaken { port },
        _ => Error::Port { port, cause },
    })
}

/// Serves until the future is dropped.
pub async fn serve(listener: TcpListener, current: Arc<Current>, docs: Option<Docs>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Most likely there are no file descriptors left: other connections have to end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (current, docs) = (Arc::clone(&current), docs.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(Arc::clone(&current), docs.clone(), request, peer));
            // A client may close the connection at any time.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn respond(
    current: Arc<Current>,
    docs: Option<Docs>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Some(docs) = docs
        && let Some(response) = docs.answer(request.method(), request.uri().path()).await
    {
        return Ok(response.map(Full::new));
    }
    if !names_one_host(request.version(), request.headers()) {
        return Ok(refused(StatusCode::BAD_REQUEST, r#"{"message":"Bad Request"}"#).map(Full::new));
    }
    let aws = aws_api::is_meant(&request);
    if !aws
        && let Some(stack) = current.stack()
        && let Some(page) = console_page(&stack, &request)
    {
        return Ok(page.map(Full::new));
    }
    let control = request.uri().path().starts_with(control::PREFIX);
    let (head, body) = request.into_parts();
    let reading = read(body, if aws { AWS_BODY_LIMIT } else { BODY_LIMIT });
    let read = tokio::time::timeout(BODY_TIMEOUT, reading).await.unwrap_or(Err(Unread::Broken));
    // Now, as it may be another one since the body was begun.
    let Some(stack) = (if aws { current.services() } else { current.stack() }) else {
        return Ok(restoring().map(Full::new));
    };
    let response = match (read, &stack.api) {
        (Ok(body), _) if aws => aws_api::handle(&stack, Request::from_parts(head, body)).await,
        (Err(unread), _) if aws => aws_api::refuse_body(&Request::from_parts(head, ()), unread),
        (Ok(body), _) if control => control::handle(&stack, &current.snapshots, Request::from_parts(head, body)).await,
        (Err(unread), Some(api)) if !control => printed(api.refuse(&head, peer, unread)),
        (Err(Unread::TooLong), _) => refused(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"the body is too long"}"#),
        (Err(Unread::Broken), _) => refused(StatusCode::BAD_REQUEST, r#"{"error":"the body can't be read"}"#),
        (Ok(body), Some(api)) => printed(api.handle(Request::from_parts(head, body), peer).await),
        (Ok(_), None) => no_api(&stack),
    };
    Ok(response.map(Full::new))
}

/// The console's answer, if the request is for one of its pages, or for `/` where the API has no such route.
fn console_page(stack: &Stack, request: &Request<Incoming>) -> Option<Response<Bytes>> {
    // A name of another machine may lead here: DNS rebinding.
    let is_local = aws_api::names_this_machine(request.headers(), stack.host.as_deref());
    let is_here = stack.lambda.is_here();
    if request.uri().path() == "/" {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let leads = is_local && is_here && is_read && !stack.has_root_route();
        return leads.then(local_console::redirect);
    }
    let page = local_console::answer(request.method(), request.uri().path())?;
    Some(match (is_local, is_here) {
        (true, true) => page,
        (false, _) => refused(StatusCode::FORBIDDEN, r#"{"error":"the console answers to this machine's own names"}"#),
        (true, false) => refused(
            StatusCode::NOT_FOUND,
            r#"{"error":"no console under --only backends: another program runs the functions, so no stories are known here"}"#,
        ),
    })
}

/// A request has one `Host` (RFC 9112, section 3.2): with two, the one that is checked may not be the one that is used.
fn names_one_host(version: Version, headers: &HeaderMap) -> bool {
    match headers.get_all(HOST).iter().count() {
        0 => version == Version::HTTP_10,
        count => count == 1,
    }
}

fn refused(status: StatusCode, body: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    response
}

/// Answers a request that comes while a snapshot is restored. The header tells that it is not the API's answer.
fn restoring() -> Response<Bytes> {
    let body = r#"{"error":"a snapshot of the data folder is being restored"}"#;
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, body);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    headers.insert(control::HEADER, HeaderValue::from_static("restoring"));
    response
}

/// Answers a request of the API where there is none.
fn no_api(stack: &Stack) -> Response<Bytes> {
    let body = if stack.lambda.is_here() {
        r#"{"error":"the template has no API"}"#
    } else {
        r#"{"error":"only backends are served here: the API is where the functions run"}"#
    };
    refused(StatusCode::NOT_FOUND, body)
}

fn printed(exchange: Exchange) -> Response<Bytes> {
    console::request(&exchange);
    exchange.response
}

async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    match Limited::new(&mut body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let _ = tokio::time::timeout(DROPPED_FOR, drop_rest(body)).await;
            Err(Unread::TooLong)
        }
        Err(_) => Err(Unread::Broken),
    }
}

/// Reads the rest of a body and drops it. Most clients send the whole body before they read the answer, and would not
/// see it if the connection were closed before.
async fn drop_rest(mut body: Incoming) {
    let mut left = DROPPED_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}
