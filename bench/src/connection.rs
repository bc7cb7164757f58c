//! One connection that is kept alive, as a client's pool keeps it (RFC 9112, "Persistence").

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::ask::Ask;
use crate::error::Error;

/// A connection to the stack: one request at a time.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
    /// The path that what is asked for is under.
    prefix: String,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Error> {
        let what = || format!("connecting to {address}");
        let stream = TcpStream::connect(address).await.map_err(|cause| Error::Network { what: what(), cause })?;
        stream.set_nodelay(true).map_err(|cause| Error::Network { what: what(), cause })?;
        let shaken = handshake(TokioIo::new(stream)).await;
        let (sender, connection) =
            shaken.map_err(|cause| Error::Network { what: what(), cause: io::Error::other(cause) })?;
        tokio::spawn(connection);
        let host = HeaderValue::from_str(&address.to_string());
        let host = host.map_err(|cause| Error::Network { what: what(), cause: io::Error::other(cause) })?;
        Ok(Self { sender, host, prefix: String::new() })
    }

    /// The same connection, on which everything is asked for under this path.
    pub fn under(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }

    /// Sends a request; any status is fine.
    pub async fn exchange(&mut self, ask: &Ask) -> Result<Answer, Error> {
        let failed = |cause: hyper::Error| Error::Network { what: ask.name(), cause: io::Error::other(cause) };
        self.sender.ready().await.map_err(failed)?;
        let mut request = ask.clone().under(&self.prefix).into_request();
        request.headers_mut().insert(HOST, self.host.clone());
        let (head, body) = self.sender.send_request(request).await.map_err(failed)?.into_parts();
        let body = body.collect().await.map_err(failed)?.to_bytes();
        Ok(Answer { status: head.status, body })
    }

    /// Sends a request; another status than the expected one is an error.
    pub async fn send(&mut self, ask: &Ask) -> Result<Answer, Error> {
        let answer = self.exchange(ask).await?;
        if answer.status == ask.expected() { Ok(answer) } else { Err(answer.unexpected(ask)) }
    }

    /// Sends a request, and reads the body as JSON.
    pub async fn json(&mut self, ask: &Ask) -> Result<Value, Error> {
        let answer = self.send(ask).await?;
        serde_json::from_slice(&answer.body).map_err(|_| answer.unexpected(ask))
    }
}

impl Answer {
    /// The error for an unexpected response.
    pub fn unexpected(&self, ask: &Ask) -> Error {
        let answer = format!("{} {}", self.status.as_u16(), String::from_utf8_lossy(&self.body));
        Error::Answer { who: ask.name(), answer }
    }
}
