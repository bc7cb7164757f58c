//! An HTTP client without a network.

use std::fmt;
use std::future::Future;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};

/// An HTTP client for an SDK's configuration: `handle` answers its requests, in this process.
pub(crate) fn http_client<H, F>(handle: H) -> SharedHttpClient
where
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    let connector = SharedHttpConnector::new(InProcess(handle));
    http_client_fn(move |_, _| connector.clone())
}

/// Passes requests to a function.
struct InProcess<H>(H);

impl<H> fmt::Debug for InProcess<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl<H, F> HttpConnector for InProcess<H>
where
    H: Fn(Request<Bytes>) -> F + Send + Sync,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let broken = |error| ConnectorError::other(Box::new(error), None);
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(broken(error))),
        };
        // The body is in memory: none of the emulated services has operations that stream their input.
        let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
        let response = (self.0)(request);
        HttpConnectorFuture::new(async move { response.await.map(SdkBody::from).try_into().map_err(broken) })
    }
}
