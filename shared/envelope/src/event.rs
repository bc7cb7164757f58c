//! Reads a gateway's event into a [`lambda_http::Request`].
//!
//! Two formats: a REST API's ("Input format of a Lambda function for proxy integration") and an HTTP API's ("Payload
//! format version 2.0"), which function URLs and `cargo lambda watch` use too.
//!
//! The crate docs say why `lambda_http`'s own conversion is not used. This reader never fails on what a client sent:
//!
//! | the event has | the request has |
//! |---|---|
//! | null, or a list with null in it, where a map, a text or a list is expected | nothing there |
//! | a header value with control characters | U+FFFD in place of each |
//! | a header name that is not a token of HTTP | no such header |
//! | a body whose base64 is broken | no body |
//! | a host, path or query that is not valid in a URI | a URI without the host; path and query percent-encoded |

mod context;
mod uri;
mod values;

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{COOKIE, HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Context, Request, RequestExt};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use context::ExtendedRequestId;
use values::{each_element, each_entry};

/// The fields of both formats. Maps stay JSON text until it is known which of them are needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    request_context: context::Fields,
    http_method: Option<String>,
    resource: Option<String>,
    path: Option<String>,
    route_key: Option<String>,
    raw_path: Option<String>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    multi_value_headers: Option<&'a RawValue>,
    cookies: Option<&'a RawValue>,
    query_string_parameters: Option<&'a RawValue>,
    multi_value_query_string_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    raw_query_string: Option<Cow<'a, str>>,
    path_parameters: Option<&'a RawValue>,
    stage_variables: Option<&'a RawValue>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// Reads an event.
///
/// # Errors
/// [`serde_json::Error`] if no gateway sent it.
pub(crate) fn read(event: &RawValue, context: Context) -> Result<Request, serde_json::Error> {
    let mut event: Event<'_> = serde_json::from_str(event.get())?;
    let headers = event.read_headers()?;
    let query = event.read_query()?;
    let path_parameters = one_value_each(event.path_parameters)?;
    let stage_variables = one_value_each(event.stage_variables)?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let http_api = event.request_context.is_http_api();
    let extended_request_id = event.request_context.take_extended_request_id();
    let (method, request_context, raw_path) = if http_api {
        let (method, context) = event.request_context.into_http_api(event.route_key);
        (method, RequestContext::ApiGatewayV2(context), event.raw_path)
    } else {
        let context = event.request_context.into_rest_api(event.http_method.as_deref(), event.resource);
        (context.http_method.clone(), RequestContext::ApiGatewayV1(context), event.path)
    };
    let raw_path = raw_path.unwrap_or_default();
    let is_plain = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "http");
    let uri = match &request_context {
        RequestContext::ApiGatewayV1(context) => {
            uri::with_parameters(is_plain, host, context.path.as_deref().unwrap_or(&raw_path), &query)
        }
        _ => uri::with_query(is_plain, host, &raw_path, event.raw_query_string.as_deref().unwrap_or_default()),
    };
    let mut request = Request::new(body(event.body, event.is_base64_encoded == Some(true)))
        .with_raw_http_path(raw_path)
        .with_query_string_parameters(query)
        .with_path_parameters(path_parameters)
        .with_stage_variables(stage_variables)
        .with_request_context(request_context)
        .with_lambda_context(context);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    if let Some(id) = extended_request_id {
        request.extensions_mut().insert(id);
    }
    Ok(request)
}

impl Event<'_> {
    /// `multiValueHeaders` has all that `headers` has, and every value of a repeated field.
    fn read_headers(&self) -> Result<HeaderMap, serde_json::Error> {
        let mut headers = HeaderMap::with_capacity(32);
        for map in [self.multi_value_headers, self.headers] {
            each_entry(map, &mut |name, value| append(&mut headers, name, value))?;
            if !headers.is_empty() {
                break;
            }
        }
        // An HTTP API takes cookies out of the headers: "Format 2.0 includes a new `cookies` field".
        each_element(self.cookies, &mut |cookie| append(&mut headers, COOKIE.as_str(), cookie))?;
        Ok(headers)
    }

    /// Every parameter with all its values, of which there is at least one.
    fn read_query(&self) -> Result<HashMap<String, Vec<String>>, serde_json::Error> {
        let mut query: HashMap<String, Vec<String>> = HashMap::new();
        if self.request_context.is_http_api() {
            // Its decoded map joins repeated values by commas, which can't be told from a comma in a value.
            let raw = self.raw_query_string.as_deref().unwrap_or_default();
            for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
                query.entry(name.into_owned()).or_default().push(value.into_owned());
            }
            return Ok(query);
        }
        for map in [self.multi_value_query_string_parameters, self.query_string_parameters] {
            each_entry(map, &mut |name, value| query.entry(name.to_owned()).or_default().push(value))?;
            if !query.is_empty() {
                break;
            }
        }
        Ok(query)
    }
}

fn one_value_each(map: Option<&RawValue>) -> Result<HashMap<String, String>, serde_json::Error> {
    let mut values = HashMap::new();
    each_entry(map, &mut |name, value| drop(values.insert(name.to_owned(), value)))?;
    Ok(values)
}

/// Adds a header field, if `HeaderMap` has room for it and its name is one of HTTP (RFC 9110, section 5.1).
fn append(headers: &mut HeaderMap, name: &str, mut value: String) {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return };
    if value.chars().any(is_control) {
        // A value that was not valid stays so: an endpoint refuses it, rather than find no header or another value.
        value = value.replace(is_control, "\u{fffd}");
    }
    if let Ok(value) = HeaderValue::try_from(value) {
        // Only tens of thousands of fields, which no gateway lets through, do not fit.
        let _ = headers.try_append(name, value);
    }
}

/// RFC 9110, section 5.5: what a field value must not contain, in ASCII.
fn is_control(character: char) -> bool {
    character.is_ascii_control() && character != '\t'
}

fn body(body: Option<String>, is_base64: bool) -> Body {
    match body {
        Some(text) if is_base64 => STANDARD.decode(text).map_or(Body::Empty, Body::Binary),
        Some(text) => Body::Text(text),
        None => Body::Empty,
    }
}

/// The method, which a gateway only passes on if it is one of HTTP (RFC 9110, section 9.1).
fn method(name: Option<&str>) -> Method {
    name.and_then(|name| Method::from_bytes(name.as_bytes()).ok()).unwrap_or_default()
}
