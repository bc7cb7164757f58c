//! A Lambda service with the responses that a test gives it.

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

/// What happens to one request.
#[derive(Debug, Clone)]
pub(crate) enum Reaction {
    /// The function responds with this JSON.
    Responds(String),
    /// Lambda responds with this status and an empty body.
    Status(u16),
    /// Lambda responds with this status and this body.
    Refuses(u16, &'static str),
    /// The function crashes.
    Crash,
    /// No connection can be opened.
    Unreachable,
    /// No response ever comes.
    NeverResponds,
}

/// A request's URL and `X-Amz-Invocation-Type`.
pub(crate) type Received = (String, Option<String>);

#[derive(Debug, Clone, Default)]
pub(crate) struct FakeLambda {
    reactions: Arc<Mutex<VecDeque<Reaction>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl FakeLambda {
    pub(crate) fn new(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        Self { reactions: Arc::new(Mutex::new(reactions.into_iter().collect())), received: Arc::default() }
    }

    pub(crate) fn client(&self) -> ServiceClient {
        ServiceClient::of(Api::through(SharedHttpConnector::new(self.clone()), "lambda"), Catalogue::new(&[SOLD_OUT]))
    }

    /// The requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many responses are left.
    pub(crate) fn left(&self) -> usize {
        self.reactions.lock().unwrap().len()
    }
}

impl HttpConnector for FakeLambda {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let kind = request.headers().get("x-amz-invocation-type").map(str::to_owned);
        self.received.lock().unwrap().push((request.uri().to_owned(), kind));
        let reaction = self.reactions.lock().unwrap().pop_front().expect("no more requests");
        HttpConnectorFuture::new(async move {
            let with = |status: u16, body: String| HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            match reaction {
                Reaction::Responds(body) => Ok(with(200, body)),
                Reaction::Status(status) => Ok(with(status, String::new())),
                Reaction::Refuses(status, body) => Ok(with(status, body.to_owned())),
                Reaction::Crash => {
                    let mut response = with(200, r#"{"errorType":"Runtime.ExitError"}"#.to_owned());
                    response.headers_mut().insert("x-amz-function-error", "Unhandled");
                    Ok(response)
                }
                Reaction::Unreachable => Err(ConnectorError::io("connection refused".into())),
                Reaction::NeverResponds => std::future::pending().await,
            }
        })
    }
}
