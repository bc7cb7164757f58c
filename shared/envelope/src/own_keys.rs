//! The public keys by which a process verifies tokens itself, where no gateway does (`cargo lambda watch`).

use std::cell::RefCell;
use std::error::Error;
use std::time::Duration;

use http::Uri;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use identity::{Identity, InvalidToken, PublicKeys, UnverifiedToken};

use crate::{Call, timestamp};

/// Time limit for reading the keys.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// The most bytes of a set of keys that are read: some hundreds of keys.
const MAX_BYTES: usize = 256 * 1024;

/// The keys of a JWK Set at a URL. They are read by need: a token of an unknown key causes a read.
#[derive(Debug)]
pub(crate) struct OwnKeys {
    url: Uri,
    known: RefCell<PublicKeys>,
}

/// `JWKS_URL` is no URL.
#[derive(Debug, thiserror::Error)]
#[error("JWKS_URL is not usable: it has to be the http:// URL of a JWK Set")]
pub(crate) struct InvalidUrl;

impl OwnKeys {
    /// The keys at `JWKS_URL`, if it is set. The template sets it for no function, so a deployed one has none.
    ///
    /// # Errors
    /// [`InvalidUrl`]
    pub(crate) fn from_env() -> Result<Option<Self>, InvalidUrl> {
        std::env::var("JWKS_URL").ok().map(|url| Self::at(&url)).transpose()
    }

    pub(crate) fn at(url: &str) -> Result<Self, InvalidUrl> {
        let url: Uri = url.parse().map_err(|_| InvalidUrl)?;
        let is_plain_http = url.scheme_str() == Some("http") && url.host().is_some();
        is_plain_http.then(|| Self { url, known: RefCell::default() }).ok_or(InvalidUrl)
    }

    /// Reads the keys again if the call's token names one that is not known, and no authorizer says who is calling.
    pub(crate) async fn learn(&self, call: &Call) {
        let Some(token) = call.own_token().and_then(|token| UnverifiedToken::read(token).ok()) else { return };
        if self.known.borrow().find(token.key_id()).is_ok() {
            return;
        }
        match tokio::time::timeout(READ_WITHIN, self.read()).await {
            Ok(Ok(keys)) => drop(self.known.replace(keys)),
            Ok(Err(cause)) => tracing::warn!(%cause, "the public keys at JWKS_URL were not read"),
            Err(_) => tracing::warn!("the public keys at JWKS_URL were not read in time"),
        }
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Identity, InvalidToken> {
        self.known.borrow().verify(token, timestamp::epoch_seconds())
    }

    async fn read(&self) -> Result<PublicKeys, Box<dyn Error + Send + Sync>> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
        let response = client.get(self.url.clone()).await?;
        if !response.status().is_success() {
            return Err(format!("{}", response.status()).into());
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }
}

#[cfg(test)]
impl From<PublicKeys> for OwnKeys {
    /// Keys that are known already.
    fn from(keys: PublicKeys) -> Self {
        Self { url: Uri::from_static("http://127.0.0.1:9"), known: RefCell::new(keys) }
    }
}

#[cfg(test)]
mod tests {
    use identity::{NewToken, Role, SigningKey};
    use lambda_http::{Body, Request};
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn key(id: &str) -> SigningKey {
        SigningKey::derive(id, &[7; 32]).unwrap()
    }

    fn call(key: &SigningKey) -> (Call, String) {
        let token = NewToken {
            id: "u1",
            email: "ada@example.com",
            name: "Ada",
            role: Role::Customer,
            session_id: "s1",
            lifetime: 60,
            now: timestamp::epoch_seconds(),
        };
        let token = key.sign(token).unwrap();
        let mut request = Request::new(Body::Empty);
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        (Call::from(request), token)
    }

    /// Serves each answer once, and tells at which URL.
    async fn serve(answers: Vec<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = connection.read(&mut request).await.unwrap();
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    fn answer(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn keys_are_read_when_a_token_names_a_new_one() {
        let (first, second) = (key("a"), key("b"));
        let set = |keys: &[&SigningKey]| {
            let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
            answer("200 OK", &json!({"keys": keys}).to_string())
        };
        let answers =
            vec![set(&[]), answer("503 Busy", "{}"), answer("200 OK", "no"), set(&[&first]), set(&[&first, &second])];
        let keys = OwnKeys::at(&serve(answers).await).unwrap();
        let (call_a, token_a) = call(&first);
        for _ in 0..3 {
            keys.learn(&call_a).await;
            assert!(matches!(keys.verify(&token_a), Err(InvalidToken::UnknownKey)));
        }
        for _ in 0..3 {
            keys.learn(&call_a).await;
            assert!(keys.verify(&token_a).is_ok());
        }
        let (call_b, token_b) = call(&second);
        keys.learn(&call_b).await;
        assert!(keys.verify(&token_b).is_ok() && keys.verify(&token_a).is_ok());
    }

    #[test]
    fn only_a_url_is_one() {
        for url in ["", "x", "/keys", "https://example.com/keys", "ftp://example.com", "http://"] {
            let error = OwnKeys::at(url).unwrap_err().to_string();
            assert_eq!(error, "JWKS_URL is not usable: it has to be the http:// URL of a JWK Set", "{url}");
        }
    }
}
