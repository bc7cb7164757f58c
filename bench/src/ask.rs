//! A request as it will be sent, made before the clock runs.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;
use serde_json::Value;

/// A request, and the status that its answer has to have.
#[derive(Debug, Clone)]
pub struct Ask {
    request: Request<Full<Bytes>>,
    expected: StatusCode,
}

impl Ask {
    /// Any request, to be answered with 200.
    ///
    /// # Panics
    /// The path is none.
    pub fn new(method: Method, path: &str) -> Self {
        let mut request = Request::new(Full::default());
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from_maybe_shared(Bytes::copy_from_slice(path.as_bytes())).unwrap_or_default();
        Self { request, expected: StatusCode::OK }
    }

    /// A GET request, to be answered with 200.
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A POST request, to be answered with 200.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new(Method::POST, path).json(body)
    }

    /// A PATCH request, to be answered with 200.
    pub fn patch(path: &str, body: &Value) -> Self {
        Self::new(Method::PATCH, path).json(body)
    }

    /// A PUT request, to be answered with 200.
    pub fn put(path: &str, body: &Value) -> Self {
        Self::new(Method::PUT, path).json(body)
    }

    /// A call of an AWS service: `DynamoDB_20120810.Scan`.
    pub fn aws(target: &str, input: &Value) -> Self {
        Self::post("/", input).header(HeaderName::from_static("x-amz-target"), target).signed()
    }

    /// A control of the stack itself, under `/_local/`.
    pub fn control(method: Method, path: &str) -> Self {
        Self::new(method, &format!("/_local/{path}")).header(HeaderName::from_static("x-local-stack"), "1")
    }

    /// With a signature (Signature Version 4), which the stack wants to see, not to check: only this machine reaches it. An
    /// engine like LocalStack looks who it is of; `test` may do everything there.
    pub fn signed(self) -> Self {
        self.header(
            AUTHORIZATION,
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/any/aws4_request, Signature=none",
        )
    }

    /// At this path with its own after it.
    pub fn under(mut self, prefix: &str) -> Self {
        if prefix.is_empty() {
            return self;
        }
        let path = format!("{prefix}{}", self.request.uri());
        *self.request.uri_mut() = Uri::from_maybe_shared(Bytes::from(path)).unwrap_or_default();
        self
    }

    /// With a body.
    pub fn json(mut self, body: &Value) -> Self {
        *self.request.body_mut() = Full::new(Bytes::from(body.to_string()));
        self.header(CONTENT_TYPE, "application/json")
    }

    /// With a bearer token.
    pub fn token(self, token: &str) -> Self {
        self.header(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// With a header. One that HTTP can't carry is left out, and what lacks it is refused.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.request.headers_mut().insert(name, value);
        }
        self
    }

    /// To be answered with another status than 200.
    pub fn expecting(mut self, status: StatusCode) -> Self {
        self.expected = status;
        self
    }

    /// To be answered with 201.
    pub fn created(self) -> Self {
        self.expecting(StatusCode::CREATED)
    }

    /// The status that its answer has to have.
    pub fn expected(&self) -> StatusCode {
        self.expected
    }

    /// The message.
    pub fn into_request(self) -> Request<Full<Bytes>> {
        self.request
    }

    /// What is asked, for messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.request.method(), self.request.uri())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_can_be_under_another_path_with_its_query_and_expects_the_same() {
        let uri = |ask: Ask| ask.into_request().uri().to_string();
        let ask = Ask::get("/api/products?limit=1").created();
        assert_eq!(
            uri(ask.clone().under("/restapis/a1/dev/_user_request_")),
            "/restapis/a1/dev/_user_request_/api/products?limit=1"
        );
        assert_eq!(uri(ask.clone().under("")), "/api/products?limit=1");
        assert_eq!(ask.under("/a1").expected(), StatusCode::CREATED);
    }
}
