//! The events that a gateway invokes an endpoint with.
//!
//! One type reads both: a REST API's ("Input format of a Lambda function for proxy integration") and an HTTP
//! API's ("Payload format version 2.0"), which function URLs and `cargo lambda watch` share. `lambda_http` is not
//! used: it parses URLs and headers, and what it can't parse ends the invocation, a 502 that any client could
//! cause. Here all that a client sends stays text until an endpoint asks for it, and may be absent or null.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::headers::RequestHeaders;

/// A map as a gateway writes it: absent, null, or with null for a value.
type Given<T> = Option<BTreeMap<String, Option<T>>>;

/// What both kinds of event hold, as far as an endpoint may know of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub request_context: RequestContext,
    http_method: Option<String>,
    resource: Option<String>,
    route_key: Option<String>,
    raw_path: Option<String>,
    headers: Given<String>,
    multi_value_headers: Given<Vec<String>>,
    query_string_parameters: Given<String>,
    multi_value_query_string_parameters: Given<Vec<String>>,
    raw_query_string: Option<String>,
    path_parameters: Given<String>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestContext {
    pub request_id: Option<String>,
    /// Of an HTTP API only.
    http: Option<Http>,
    path: Option<String>,
    identity: Option<Source>,
    authorizer: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: Option<String>,
    source_ip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    source_ip: Option<String>,
}

impl Event {
    /// Whether an HTTP API (or what speaks like one) sent it.
    pub(crate) fn is_http_api(&self) -> bool {
        self.request_context.http.is_some()
    }

    /// `GET /api/products/{id}`: what was matched, not what was asked for, unless nothing was matched.
    pub(crate) fn route(&self) -> String {
        match &self.request_context.http {
            None => format!("{} {}", text(&self.http_method), text(&self.resource)),
            Some(http) => match text(&self.route_key) {
                "" | "$default" => format!("{} {}", text(&http.method), text(&self.raw_path)),
                matched => matched.to_owned(),
            },
        }
    }

    pub(crate) fn source_ip(&self) -> &str {
        match &self.request_context.http {
            None => self.request_context.identity.as_ref().map_or("", |source| text(&source.source_ip)),
            Some(http) => text(&http.source_ip),
        }
    }

    /// What stands before the API's own path in the URL a client used: the stage, or a custom domain's base path.
    /// A route's path has as many segments as the resource that it matched; the rest is the gateway's.
    pub(crate) fn path_prefix(&self) -> &str {
        let mut prefix = text(&self.request_context.path).trim_end_matches('/');
        let own_segments = text(&self.resource).trim_end_matches('/').matches('/').count();
        for _ in 0..own_segments {
            prefix = prefix.rfind('/').map_or("", |slash| &prefix[..slash]);
        }
        if own_segments == 0 { "" } else { prefix }
    }

    /// What a Lambda authorizer said, if one guards the route.
    pub(crate) fn take_authorizer(&mut self) -> Map<String, Value> {
        let mut context = self.request_context.authorizer.take().unwrap_or_default();
        if !self.is_http_api() {
            return context;
        }
        match context.remove("lambda") {
            Some(Value::Object(context)) => context,
            _ => Map::new(),
        }
    }

    pub(crate) fn take_headers(&mut self) -> RequestHeaders {
        match self.multi_value_headers.take().filter(|headers| !headers.is_empty()) {
            Some(headers) => present(headers)
                .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
                .collect(),
            None => present(self.headers.take().unwrap_or_default()).collect(),
        }
    }

    /// The query, each parameter with all its values.
    pub(crate) fn take_query(&mut self) -> BTreeMap<String, Vec<String>> {
        if self.is_http_api() {
            // Its decoded map joins repeated values by commas, which can't be told from a comma in a value.
            return form_decoded(text(&self.raw_query_string));
        }
        match self.multi_value_query_string_parameters.take().filter(|query| !query.is_empty()) {
            Some(query) => present(query).collect(),
            None => present(self.query_string_parameters.take().unwrap_or_default())
                .map(|(name, value)| (name, vec![value]))
                .collect(),
        }
    }

    pub(crate) fn take_path_parameters(&mut self) -> BTreeMap<String, String> {
        present(self.path_parameters.take().unwrap_or_default()).collect()
    }

    /// The bytes of the body; none where the gateway's encoding of them is broken.
    pub(crate) fn take_body(&mut self) -> Vec<u8> {
        let body = self.body.take().unwrap_or_default();
        if self.is_base64_encoded == Some(true) { STANDARD.decode(body).unwrap_or_default() } else { body.into_bytes() }
    }
}

fn text(given: &Option<String>) -> &str {
    given.as_deref().unwrap_or_default()
}

fn present<T>(given: BTreeMap<String, Option<T>>) -> impl Iterator<Item = (String, T)> {
    given.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// `application/x-www-form-urlencoded` (URL Standard, section 5.1).
fn form_decoded(query: &str) -> BTreeMap<String, Vec<String>> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.entry(decoded(name)).or_default().push(decoded(value));
    }
    parameters
}
