//! The Invoke API that the backends pass calls on to: functions that call each other get real answers.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_template::System;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::pool::Pool;
use super::runtime_api::status;

/// Serves until aborted.
pub async fn serve(listener: TcpListener, system: Arc<System>, pool: Arc<Pool>) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let _ = connection.set_nodelay(true);
        let (system, pool) = (Arc::clone(&system), Arc::clone(&pool));
        let service = service_fn(move |request| answer(Arc::clone(&system), Arc::clone(&pool), request));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), service));
    }
}

/// What streams, queues and schedules send is taken unread: functions behind them are called with events made for it,
/// and only when they are measured.
async fn answer(
    system: Arc<System>,
    pool: Arc<Pool>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let event = body.collect().await?.to_bytes();
    let Some(name) = parts.uri.path().split('/').nth(3) else { return Ok(status(StatusCode::NOT_FOUND)) };
    let is_fed = system.functions.values().any(|function| function.binary == name && !function.sources.is_empty());
    if is_fed {
        return Ok(Response::new(Full::from(r#"{"batchItemFailures":[]}"#)));
    }
    match pool.invoke(name, event).await {
        Ok(answer) => Ok(Response::new(Full::new(answer))),
        Err(error) => {
            eprintln!("  {error}");
            Ok(status(StatusCode::BAD_GATEWAY))
        }
    }
}
