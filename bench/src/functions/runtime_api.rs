//! The Runtime API for one process: what it asks is handed over with the moment it was asked at, and answered by whoever
//! took it.
//!
//! AWS: "Using the Lambda runtime API for custom runtimes".

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::error::Error;

/// Answers what was asked.
pub type Answer = oneshot::Sender<Response<Full<Bytes>>>;

/// What a process asks.
#[derive(Debug)]
pub enum Call {
    /// For its next event.
    Next,
    /// To take its response to the event.
    Response(Bytes),
    /// To take the error that an event, or its own start, ended in.
    Error(Bytes),
}

/// A call that waits for its answer, and the process with it.
#[derive(Debug)]
pub struct Asked {
    pub at: Instant,
    pub call: Call,
    pub answer: Answer,
}

/// Serves until dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    pub address: SocketAddr,
    pub calls: mpsc::UnboundedReceiver<Asked>,
    server: AbortHandle,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    /// On a port of its own.
    pub async fn serve() -> Result<Self, Error> {
        let failed = |cause| Error::Network { what: "the Runtime API".to_owned(), cause };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (sender, calls) = mpsc::unbounded_channel();
        let server = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                let _ = connection.set_nodelay(true);
                let sender = sender.clone();
                let service = service_fn(move |request| ask(sender.clone(), request));
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), service));
            }
        });
        Ok(Self { address, calls, server: server.abort_handle() })
    }
}

async fn ask(
    calls: mpsc::UnboundedSender<Asked>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let at = Instant::now();
    let Some(call) = call(&parts.method, parts.uri.path(), body) else { return Ok(status(StatusCode::NOT_FOUND)) };
    let (answer, answered) = oneshot::channel();
    let _ = calls.send(Asked { at, call, answer });
    // Nobody answers a process that is about to be ended.
    Ok(answered.await.unwrap_or_else(|_| status(StatusCode::FORBIDDEN)))
}

fn call(method: &Method, path: &str, body: Bytes) -> Option<Call> {
    let path = path.strip_prefix("/2018-06-01/runtime/")?;
    match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::GET, ["invocation", "next"]) => Some(Call::Next),
        (&Method::POST, ["invocation", _, "response"]) => Some(Call::Response(body)),
        (&Method::POST, ["invocation", _, "error"] | ["init", "error"]) => Some(Call::Error(body)),
        _ => None,
    }
}

/// An answer without a body.
pub fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
