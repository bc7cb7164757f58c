//! The SDK's HTTP client: hyper with TLS by rustls on ring, HTTP/1.1 only.
//!
//! The SDK's own (`aws-smithy-http-client`) always brings HTTP/2, a tenth of a function's code. DynamoDB, SQS, Lambda
//! and Secrets Manager speak HTTP/1.1.

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

const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// An HTTP client for this endpoint, or for AWS's.
///
/// The system's root certificates take a millisecond of CPU to read, so where the endpoint needs none there are none.
#[must_use]
pub fn client(endpoint: Option<&str>) -> SharedHttpClient {
    SharedHttpClient::new(Http(connector(endpoint)))
}

/// What such a client sends its requests through.
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
    // Those that can't be read are not trusted; without any, each call fails and says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

#[derive(Debug)]
struct Http(SharedHttpConnector);

/// Its connector is one for all settings: connecting may take a second, whatever timeouts an SDK client is given; the SDK
/// keeps all others itself.
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

/// What the SDK gives up a connection by, on which a call failed in a way that another one would.
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

/// What kind of failure this is, by which the SDK decides whether to try again.
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

    /// Somebody who reads a request and answers with this, then closes.
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
    async fn an_answer_comes_with_its_body() {
        let response = get(server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes(), "{}");
    }

    #[tokio::test]
    async fn a_connection_that_ends_without_an_answer_is_worth_another_try() {
        let error = get(server("").await).await.unwrap_err();
        assert!(error.is_io() || error.as_other() == Some(ErrorKind::TransientError), "{error:?}");
    }

    #[tokio::test]
    async fn a_refused_connection_is_worth_another_try() {
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error = get(address).await.unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[test]
    fn there_are_roots_to_trust_aws_by_on_this_machine() {
        assert!(!system_roots().is_empty());
    }
}
