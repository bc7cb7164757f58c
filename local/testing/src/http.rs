//! A service behind HTTP, and the HTTP client for an SDK that calls it.

use std::future::Future;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

/// Serves HTTP/1.1 on a free port until the runtime ends, and returns the URL. Each request goes to `handle`.
///
/// # Panics
/// If the loopback address has no free port.
pub async fn serve<H, R>(handle: H) -> String
where
    H: Fn(Request<Bytes>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<Bytes>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connected(stream, handle.clone()));
        }
    });
    url
}

async fn connected<H, R>(stream: tokio::net::TcpStream, handle: H)
where
    H: Fn(Request<Bytes>) -> R,
    R: Future<Output = Response<Bytes>>,
{
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok::<_, hyper::Error>(handle(Request::from_parts(head, body)).await.map(Full::new))
    });
    // Fails when the client hangs up, which the client notices itself.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An HTTP client for an SDK's configuration: HTTP/1.1 over TCP, without TLS.
#[must_use]
pub fn client() -> SharedHttpClient {
    let mut tcp = TcpConnector::new();
    tcp.set_nodelay(true);
    let connector = SharedHttpConnector::new(OverTcp(Client::builder(TokioExecutor::new()).build(tcp)));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct OverTcp(Client<TcpConnector, SdkBody>);

impl HttpConnector for OverTcp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            let response = response.map(SdkBody::from_body_1_x);
            response.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))
        })
    }
}
