//! A Lambda that answers what a test says, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::api::Api;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use envelope::{Catalogue, Code, Kind};

use crate::ServiceClient;

/// An error of the called service's own.
pub(crate) const SOLD_OUT: Code = Code::new("SOLD_OUT", Kind::VALIDATION);

/// What becomes of one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The function answered.
    Says(String),
    /// Lambda answered with this status instead.
    Status(u16),
    /// Lambda answered with this status and this body.
    Refuses(u16, &'static str),
    /// The function crashed.
    Crash,
    /// Nobody was there.
    Unreachable,
    /// Nothing ever comes.
    Silence,
}

/// Of a request, its URL and its `X-Amz-Invocation-Type`.
pub(crate) type Asked = (String, Option<String>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Lambda {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Lambda {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), asked: Arc::default() }
    }

    pub(crate) fn client(&self) -> ServiceClient {
        ServiceClient::of(Api::through(SharedHttpConnector::new(self.clone()), "lambda"), Catalogue::new(&[SOLD_OUT]))
    }

    /// The requests.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many answers nobody asked for.
    pub(crate) fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

impl HttpConnector for Lambda {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let kind = request.headers().get("x-amz-invocation-type").map(str::to_owned);
        self.asked.lock().unwrap().push((request.uri().to_owned(), kind));
        let answer = self.answers.lock().unwrap().pop_front().expect("no more requests");
        HttpConnectorFuture::new(async move {
            let with = |status: u16, body: String| HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            match answer {
                Answer::Says(body) => Ok(with(200, body)),
                Answer::Status(status) => Ok(with(status, String::new())),
                Answer::Refuses(status, body) => Ok(with(status, body.to_owned())),
                Answer::Crash => {
                    let mut response = with(200, r#"{"errorType":"Runtime.ExitError"}"#.to_owned());
                    response.headers_mut().insert("x-amz-function-error", "Unhandled");
                    Ok(response)
                }
                Answer::Unreachable => Err(ConnectorError::io("nobody there".into())),
                Answer::Silence => std::future::pending().await,
            }
        })
    }
}
