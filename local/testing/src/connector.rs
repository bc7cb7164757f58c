//! HTTP without a network.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use local_dynamodb::DynamoDb;

/// Brings an SDK's requests to a DynamoDB in this process.
#[derive(Clone)]
pub(crate) struct InProcess(pub DynamoDb);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let dynamodb = self.0.clone();
        HttpConnectorFuture::new(async move {
            let broken = |error| ConnectorError::other(Box::new(error), None);
            let request = request.try_into_http1x().map_err(broken)?;
            // DynamoDB's requests are built whole, never streamed.
            let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
            let response = dynamodb.handle(None, request).await;
            response.map(SdkBody::from).try_into().map_err(broken)
        })
    }
}
