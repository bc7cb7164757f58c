//! A request of an AWS client that was let in.

use bytes::Bytes;
use http::Request;
use local_iam::Access;
use percent_encoding::percent_decode_str;

use super::protocol::Protocol;
use super::refusal::Refusal;
use crate::stack::Stack;

/// A request, and who makes it.
pub struct Call<'a> {
    pub stack: &'a Stack,
    pub request: &'a Request<Bytes>,
    /// The name of the function that makes it; `None` is the account's owner.
    pub caller: Option<&'a str>,
    /// The service that it was signed for.
    pub service: &'a str,
    pub protocol: Protocol,
}

impl Call<'_> {
    /// Lets the call pass if its function's role allows the action on the resource.
    pub fn needs(&self, action: &str, resource: impl Into<String>) -> Result<(), Refusal> {
        let Some(caller) = self.caller else { return Ok(()) };
        match self.stack.iam.denial(caller, Access::new(action.to_owned(), resource.into())) {
            None => Ok(()),
            Some(message) => Err(Refusal::denied(self.protocol, message)),
        }
    }

    /// The operation of a JSON request: what `X-Amz-Target` has behind the dot.
    pub fn operation(&self) -> &str {
        let target = self.request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        target.and_then(|target| target.split_once('.')).map_or("", |(_, operation)| operation)
    }

    /// The segments of the path, decoded. Slashes at its end don't count.
    pub fn path(&self) -> Vec<String> {
        let path = self.request.uri().path().trim_matches('/');
        path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    }

    /// A parameter of a Query request, or of the query of the URL.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let form = if self.protocol.is_xml() { &self.request.body()[..] } else { &[] };
        let query = self.request.uri().query().unwrap_or_default().as_bytes();
        let mut pairs = form_urlencoded::parse(form).chain(form_urlencoded::parse(query));
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn not_emulated(&self, operation: &str, emulated: &[&str]) -> Refusal {
        Refusal::not_emulated(self.protocol, self.service, operation, emulated)
    }
}
