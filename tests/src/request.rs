//! A request, sent as it is written: nothing is normalised or added on the way. Only where another gateway runs on a busy
//! machine is it sent again, if that had no answer in time and nothing can have been done.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::address::{Address, Error};
use crate::answer::Answer;
use crate::contract::Contract;
use crate::place::{Ability, place};

/// Time limit for a response.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a request is sent to which another gateway has no answer.
const TRIES: usize = 10;

/// A request to a stack.
#[must_use]
#[derive(Debug, Clone)]
pub struct Request<'s> {
    to: &'s Address,
    folder: Option<&'s Path>,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    from: Option<IpAddr>,
}

impl<'s> Request<'s> {
    /// `folder` has the logs, if the stack is the test's own.
    pub(crate) fn new(to: &'s Address, folder: Option<&'s Path>, method: Method, path: &str) -> Self {
        Self { to, folder, method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new(), from: None }
    }

    /// A JSON body.
    pub fn json(self, body: Value) -> Self {
        self.header(CONTENT_TYPE.as_str(), "application/json").body(body.to_string())
    }

    /// Any body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A bearer token.
    pub fn token(self, token: impl Display) -> Self {
        self.header(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// Adds a header; one of the same name stays.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        let value = HeaderValue::from_maybe_shared(Bytes::from(value.into())).unwrap();
        self.headers.append(name.parse::<HeaderName>().unwrap(), value);
        self
    }

    /// The address to send from: Linux has all of 127.0.0.0/8.
    pub fn from(mut self, address: impl Into<IpAddr>) -> Self {
        self.from = Some(address.into());
        self
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Panics
    /// There is no response.
    pub async fn send(self) -> Answer {
        for _ in 1..TRIES {
            let answer = self.clone().send_once().await;
            let only_reads = self.method == Method::GET && answer.is_of_a_silent_function();
            if place().has(Ability::Gateway) || !(only_reads || answer.is_of_a_silent_authorizer()) {
                return answer;
            }
        }
        self.send_once().await
    }

    async fn send_once(self) -> Answer {
        let asked = format!("{} {}", self.method, self.path);
        self.try_send().await.unwrap_or_else(|error| panic!("{asked}: {error}"))
    }

    /// As [`send`](Self::send), for a stack that may be killed meanwhile.
    ///
    /// # Errors
    /// There is no response, or only a part of it.
    pub async fn try_send(self) -> Result<Answer, Error> {
        tokio::time::timeout(PATIENCE, self.exchange()).await?
    }

    async fn exchange(mut self) -> Result<Answer, Error> {
        if !self.headers.contains_key(HOST) {
            self.headers.insert(HOST, self.to.host_header().parse()?);
        }
        let stream = self.to.connect(self.from).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let asked = format!("{} {}", self.method, self.path);
        let is_the_shops = !self.headers.contains_key("x-amz-target");
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::try_from(format!("{}{}", self.to.prefix, self.path))?;
        *request.headers_mut() = self.headers;
        let response = sender.send_request(request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        let answer = Answer::new(asked, self.folder, head, &body);
        // Another gateway's own answers are its own affair; what a function answers is the shop's everywhere. While `cargo
        // local` restores a snapshot, it answers for itself.
        let is_the_shops = is_the_shops && answer.header("x-local-stack").is_empty();
        if is_the_shops && (place().has(Ability::Gateway) || !answer.header("x-service").is_empty()) {
            let checked = Contract::read().check(&self.method, &self.path, &self.body, &answer);
            checked.unwrap_or_else(|error| panic!("docs/openapi.yaml: {error}{answer}"));
        }
        Ok(answer)
    }
}
