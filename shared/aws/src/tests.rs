//! Calls of an SDK client with this crate's settings: what is sent, and how a call ends that gets no answer.

use std::convert::Infallible;
use std::future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use hyper::body::{Body, Frame};

use crate::config::{Environment, config_of};
use crate::{ATTEMPT_WITHIN, PlainUserAgent};

/// A DynamoDB that answers with these bodies, one after the other, and notes the header fields of each request.
#[derive(Debug, Clone)]
struct Server {
    bodies: Arc<Mutex<Vec<SdkBody>>>,
    requests: Arc<Mutex<Vec<Fields>>>,
}

/// Header fields: names and values.
type Fields = Vec<(String, String)>;

impl Server {
    fn new(bodies: Vec<SdkBody>) -> Self {
        Self { bodies: Arc::new(Mutex::new(bodies)), requests: Arc::default() }
    }

    /// The value of this field in each request.
    fn received(&self, field: &str) -> Vec<Option<String>> {
        let value = |request: &Fields| request.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone());
        self.requests.lock().unwrap().iter().map(value).collect()
    }
}

impl HttpClient for Server {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Server {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fields = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.requests.lock().unwrap().push(fields.collect());
        let body = self.bodies.lock().unwrap().remove(0);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), body)))
    }
}

/// A body of which nothing arrives.
struct Stalled;

impl Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

fn stalled() -> SdkBody {
    SdkBody::from_body_1_x(Stalled)
}

/// The timers of one attempt, and of the pauses between them, go off as soon as nothing else happens; longer ones never do.
#[derive(Debug)]
struct Timers;

impl AsyncSleep for Timers {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration > ATTEMPT_WITHIN { Sleep::new(future::pending()) } else { Sleep::new(future::ready(())) }
    }
}

fn client(server: &Server) -> Client {
    let credentials = Credentials::new("id", "key", Some("session".to_owned()), None, "test");
    let environment = Environment { endpoint: None, region: "eu-central-1".to_owned(), credentials };
    let config = config_of(environment, SharedHttpClient::new(server.clone()));
    let config = Builder::from(&config).interceptor(PlainUserAgent).sleep_impl(Timers);
    Client::from_conf(config.build())
}

#[tokio::test]
async fn a_call_says_once_who_makes_it() {
    let server = Server::new(vec![SdkBody::from("{}")]);
    client(&server).list_tables().send().await.unwrap();
    assert_eq!(server.received("user-agent"), [Some("aws-sdk-rust".to_owned())]);
    assert_eq!(server.received("x-amz-user-agent"), [None]);
    assert_eq!(server.received("amz-sdk-request"), [Some("attempt=1; max=3".to_owned())]);
    assert!(server.received("amz-sdk-invocation-id")[0].is_some());
    let signature = server.received("authorization")[0].clone().unwrap();
    assert!(signature.contains("x-amz-security-token") && !signature.contains("user-agent"), "{signature}");
}

#[tokio::test]
async fn a_body_that_stalls_ends_its_attempt_and_the_call_is_tried_again() {
    let server = Server::new(vec![stalled(), SdkBody::from("{}")]);
    client(&server).list_tables().send().await.unwrap();
    let ids = server.received("amz-sdk-invocation-id");
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(server.received("user-agent"), vec![Some("aws-sdk-rust".to_owned()); 2]);
}

#[tokio::test]
async fn a_call_gives_up_after_three_bodies_that_stall() {
    let server = Server::new(vec![stalled(), stalled(), stalled()]);
    let failed = client(&server).list_tables().send().await;
    assert!(matches!(failed, Err(SdkError::TimeoutError(_))), "{failed:?}");
    assert_eq!(server.received("amz-sdk-request").len(), 3);
}
