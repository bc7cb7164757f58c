//! A response that layers may have changed, as a gateway reads it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::SET_COOKIE;
use lambda_http::Body;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// A REST API's "Output format of a Lambda function for proxy integration", or an HTTP API's "Lambda function response
/// for format 2.0".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GatewayResponse<'a> {
    status_code: u16,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    /// Of a REST API only: fields with several values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    multi_value_headers: BTreeMap<&'a str, Vec<Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
    /// Of an HTTP API only, which takes no `Set-Cookie` among the headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<Cow<'a, str>>>,
}

/// The response as JSON for the gateway.
///
/// # Errors
/// None: strings and numbers can be serialised.
pub(super) fn into_gateway(
    response: http::Response<Body>,
    is_http_api: bool,
) -> Result<Box<RawValue>, serde_json::Error> {
    let (mut head, body) = response.into_parts();
    let cookies = if is_http_api { take_cookies(&mut head.headers) } else { Vec::new() };
    let mut headers = BTreeMap::new();
    let mut multi_value_headers = BTreeMap::new();
    for name in head.headers.keys() {
        let values: Vec<Cow<'_, str>> = texts(&head.headers, name.as_str()).collect();
        if values.len() > 1 && !is_http_api {
            multi_value_headers.insert(name.as_str(), values);
        } else {
            // One field with all the values means the same as several fields (RFC 9110, section 5.3).
            headers.insert(name.as_str(), Cow::from(values.join(", ")));
        }
    }
    let is_base64_encoded = matches!(body, Body::Binary(_));
    let body = match body {
        Body::Text(text) => Some(text),
        Body::Binary(bytes) => Some(STANDARD.encode(bytes)),
        _ => None,
    };
    to_raw_value(&GatewayResponse {
        status_code: head.status.as_u16(),
        headers,
        multi_value_headers,
        body,
        is_base64_encoded,
        cookies: is_http_api.then_some(cookies.iter().map(Cow::from).collect()),
    })
}

fn take_cookies(headers: &mut HeaderMap) -> Vec<String> {
    let cookies = texts(headers, SET_COOKIE.as_str()).map(Cow::into_owned).collect();
    headers.remove(SET_COOKIE);
    cookies
}

/// The values of a field. JSON takes no bytes but UTF-8.
fn texts<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
    headers.get_all(name).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes()))
}
