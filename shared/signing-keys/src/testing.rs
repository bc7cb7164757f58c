//! A Secrets Manager for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::api::Api;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use crate::secret::Secret;

/// A status and a body; `None` if there is no response.
pub(crate) type Response = Option<(u16, String)>;

/// A Secrets Manager that gives these responses, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeSecretsManager(Arc<Mutex<VecDeque<Response>>>);

impl FakeSecretsManager {
    pub(crate) fn answers(&self, response: Response) {
        self.0.lock().unwrap().push_back(response);
    }

    /// The responses that were not used.
    pub(crate) fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The secret that it has.
    pub(crate) fn secret(&self) -> Secret {
        Secret::through(Api::through(SharedHttpConnector::new(self.clone()), "secretsmanager"), "key")
    }
}

impl HttpConnector for FakeSecretsManager {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert_eq!(request.headers().get("x-amz-target"), Some("secretsmanager.GetSecretValue"));
        assert_eq!(request.headers().get("content-type"), Some("application/x-amz-json-1.1"));
        assert_eq!(request.body().bytes(), Some(br#"{"SecretId":"key","VersionStage":"AWSCURRENT"}"#.as_slice()));
        let answer = self.0.lock().unwrap().pop_front().expect("no more requests");
        HttpConnectorFuture::ready(match answer {
            Some((status, body)) => Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))),
            None => Err(ConnectorError::io("nobody there".into())),
        })
    }
}
