//! An HTTP client for the SDK: hyper, with TLS by rustls on ring, HTTP/1.1 only.
//!
//! The SDK's own client (`aws-smithy-http-client`) always includes HTTP/2, a tenth of a function's code. DynamoDB, SQS,
//! Lambda and Secrets Manager speak HTTP/1.1.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector as SdkConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{CaptureConnection, HttpConnector, capture_connection};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

/// Time limit for opening a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// An HTTP client for this endpoint; `None` is AWS's own.
///
/// Reading the system's root certificates takes a millisecond of CPU, so a client for an `http://` endpoint has none.
#[must_use]
pub fn client(endpoint: Option<&str>) -> SharedHttpClient {
    SharedHttpClient::new(Http(connector(endpoint)))
}

/// The connector that [`client`] sends its requests through.
pub(crate) fn connector(endpoint: Option<&str>) -> SharedHttpConnector {
    SharedHttpConnector::new(Connection(hyper_client(endpoint)))
}

fn hyper_client(endpoint: Option<&str>) -> Client<HttpsConnector<HttpConnector>, SdkBody> {
    let roots = match endpoint {
        Some(url) if url.starts_with("http://") => RootCertStore::empty(),
        _ => system_roots(),
    };
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_WITHIN));
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // A certificate that can't be read is skipped. Without any, each call fails with a TLS error.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

#[derive(Debug)]
struct Http(SharedHttpConnector);

/// All SDK clients get the same connector, so the connect timeout of their settings has no effect: it is
/// [`CONNECT_WITHIN`]. The SDK itself applies all other timeouts.
impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

#[derive(Debug)]
struct Connection(Client<HttpsConnector<HttpConnector>, SdkBody>);

impl SdkConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || metadata(&connection));
        }
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = answer.await.map_err(failure)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK close a connection after a failure that a new connection may avoid.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let give_up = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(give_up).build())
}

/// Classifies a failure: the SDK decides by its kind whether to retry.
fn failure(error: legacy::Error) -> ConnectorError {
    let source = |matches: fn(&(dyn Error + 'static)) -> bool| has_source(&error, matches);
    if source(is_time_out) {
        ConnectorError::timeout(error.into())
    } else if error.is_connect() || source(|cause| cause.is::<std::io::Error>()) || source(is_closed) {
        ConnectorError::io(error.into())
    } else if source(is_incomplete) {
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::other(error.into(), None)
    }
}

/// Whether a call failed before there was a connection, so nothing of its request was sent.
pub(crate) fn is_unconnected(error: &ConnectorError) -> bool {
    has_source(error, |cause| cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect))
}

fn is_time_out(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
}

fn is_closed(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_closed() || error.is_canceled())
}

fn is_incomplete(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
}

fn has_source(error: &(dyn Error + 'static), matches: fn(&(dyn Error + 'static)) -> bool) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if matches(error) {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn get(address: SocketAddr) -> Result<HttpResponse, ConnectorError> {
        let url = format!("http://{address}/");
        let connection = Connection(hyper_client(Some(&url)));
        let request = HttpRequest::get(url).unwrap();
        connection.call(request).await
    }

    /// A server that reads one request, writes this response and closes the connection.
    async fn server(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn a_response_comes_with_its_body() {
        let response = get(server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes(), "{}");
    }

    #[tokio::test]
    async fn a_connection_closed_without_a_response_is_retried() {
        let error = get(server("").await).await.unwrap_err();
        assert!(error.is_io() || error.as_other() == Some(ErrorKind::TransientError), "{error:?}");
        assert!(!is_unconnected(&error));
    }

    #[tokio::test]
    async fn a_refused_connection_is_retried() {
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error = get(address).await.unwrap_err();
        assert!(error.is_io() && is_unconnected(&error), "{error:?}");
    }

    #[test]
    fn this_machine_has_root_certificates() {
        assert!(!system_roots().is_empty());
    }
}
