//! Functions that run elsewhere: in a process that serves Lambda's Invoke API, such as `cargo lambda watch` or
//! `sam local start-lambda`.

pub mod api;
mod reach;
mod response;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{Client, Url};
use tokio::sync::watch;

use crate::job::new_request_id;
use crate::{Invocation, Invoke, InvokeError};
pub use reach::Reach;
use reach::Watcher;

/// Longest wait for a response: the first call of a function may compile it, and one that crashed never responds.
const TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// Functions behind an endpoint of the Invoke API. A clone is the same ones.
#[derive(Clone)]
pub struct Remote {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    endpoint: Url,
    /// What the functions are called there, by all that they are called here.
    names: HashMap<String, String>,
    watcher: Watcher,
}

/// An endpoint that functions can't be called at.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no URL of an Invoke API; it looks like http://127.0.0.1:9000")]
pub struct InvalidEndpoint(String);

impl Remote {
    /// The functions at `endpoint`. `names` pairs what a function is called here (its name, logical id, ARN) with what
    /// it is called there.
    ///
    /// # Errors
    /// [`InvalidEndpoint`], unless it is an `http` URL with a host.
    pub fn new(endpoint: &str, names: impl IntoIterator<Item = (String, String)>) -> Result<Self, InvalidEndpoint> {
        let invalid = || InvalidEndpoint(endpoint.to_owned());
        let url = Url::parse(endpoint).map_err(|_| invalid())?;
        let (Some(host), Some(port), "http") = (url.host_str(), url.port_or_known_default(), url.scheme()) else {
            return Err(invalid());
        };
        let watcher = Watcher::new(host, port);
        // A client for this machine: whatever proxy there is for others is not asked. It can't fail, as TLS is not set up.
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build().unwrap_or_default();
        let names = names.into_iter().collect();
        Ok(Self { shared: Arc::new(Shared { client, endpoint: url, names, watcher }) })
    }

    /// Whether the endpoint can be reached, as it becomes known.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.shared.watcher.reach()
    }

    fn name(&self, function: &str) -> Result<&str, InvokeError> {
        let name = self.shared.names.get(function);
        name.map(String::as_str).ok_or_else(|| InvokeError::NotFound(function.to_owned()))
    }

    /// Calls a function as it is called there.
    async fn post(
        &self,
        name: &str,
        headers: http::HeaderMap,
        payload: Bytes,
    ) -> Result<http::Response<Bytes>, InvokeError> {
        let mut url = self.shared.endpoint.clone();
        url.set_path(&format!("/2015-03-31/functions/{name}/invocations"));
        let sent = self.shared.client.post(url).headers(headers).body(payload).send().await;
        let failed = |error: reqwest::Error| self.failed(name, &error);
        let response = sent.map_err(failed)?;
        let mut builder = http::Response::builder().status(response.status());
        if let Some(headers) = builder.headers_mut() {
            headers.clone_from(response.headers());
        }
        let body = response.bytes().await.map_err(failed)?;
        builder.body(body).map_err(|error| InvokeError::Unavailable(error.to_string()))
    }

    fn failed(&self, name: &str, error: &reqwest::Error) -> InvokeError {
        if error.is_connect() {
            self.shared.watcher.lost();
            return InvokeError::Unreachable(self.shared.endpoint.to_string());
        }
        InvokeError::Unavailable(format!("{name}: {error}"))
    }
}

impl Invoke for Remote {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        Box::pin(async move {
            let response = self.post(self.name(function)?, http::HeaderMap::new(), payload).await?;
            response::invocation(function, new_request_id(), response)
        })
    }

    fn ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.shared.watcher.reached())
    }
}

#[cfg(test)]
mod tests;
