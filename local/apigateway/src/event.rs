//! The event of a Lambda proxy integration. Developer Guide: "Input format of a Lambda function for proxy
//! integration" (payload format 1.0).

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::HeaderMap;
use serde::{Serialize, Serializer};

use crate::context::Context;
use crate::media_type::{self, BinaryMediaTypes};
use crate::query::Parameters;
use crate::request_headers::Headers;
use crate::routes::Found;

/// What an event is made of; it borrows all of it.
pub(crate) struct Event<'a> {
    pub(crate) found: &'a Found<'a, 'a>,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a Headers<'a>,
    pub(crate) query: &'a Parameters<'a>,
    pub(crate) context: &'a Context<'a>,
    pub(crate) body: Body<'a>,
}

/// A body as an event carries it.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    text: Option<Cow<'a, str>>,
    is_base64: bool,
}

impl<'a> Body<'a> {
    /// What the API calls binary goes in base64. All else is text, in which U+FFFD stands for bytes that are not UTF-8:
    /// "A text payload is a UTF-8-encoded JSON string" ("Binary media types for REST APIs in API Gateway").
    pub(crate) fn new(bytes: &'a Bytes, headers: &HeaderMap, binary: &BinaryMediaTypes) -> Self {
        if bytes.is_empty() {
            return Self { text: None, is_base64: false };
        }
        let is_base64 = binary.include(media_type::sent(headers));
        let text = if is_base64 { BASE64.encode(bytes).into() } else { String::from_utf8_lossy(bytes) };
        Self { text: Some(text), is_base64 }
    }
}

impl Event<'_> {
    /// The event as JSON, written once, straight from what it borrows.
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let parameters: BTreeMap<_, _> = self.found.parameters().collect();
        serde_json::to_vec(&Wire {
            resource: &self.found.resource.path,
            path: self.path,
            http_method: self.context.http_method.as_str(),
            headers: LastOf(self.headers),
            multi_value_headers: self.headers,
            query_string_parameters: (!self.query.is_empty()).then_some(LastOf(self.query)),
            multi_value_query_string_parameters: (!self.query.is_empty()).then_some(self.query),
            path_parameters: (!parameters.is_empty()).then_some(parameters),
            stage_variables: (),
            request_context: self.context,
            body: self.body.text.as_deref(),
            is_base64_encoded: self.body.is_base64,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    resource: &'a str,
    path: &'a str,
    http_method: &'a str,
    headers: LastOf<'a>,
    multi_value_headers: &'a Headers<'a>,
    query_string_parameters: Option<LastOf<'a>>,
    multi_value_query_string_parameters: Option<&'a Parameters<'a>>,
    path_parameters: Option<BTreeMap<&'a str, &'a str>>,
    stage_variables: (),
    request_context: &'a Context<'a>,
    body: Option<&'a str>,
    is_base64_encoded: bool,
}

/// A map of lists as the map of the last of each.
struct LastOf<'a>(&'a BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>);

impl Serialize for LastOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, values)| (name, values.last())))
    }
}
