//! The gateway's own responses, worded by the template's `GatewayResponses`. Developer Guide: "Gateway responses for REST APIs in API Gateway" and "Gateway
//! response types for API Gateway".
//!
//! A fault gets the response that the template defines for its type, else the one for `DEFAULT_4XX` or `DEFAULT_5XX`, else
//! AWS's own. A type that is defined without a status has its default status; `DEFAULT_…` without one keeps the fault's. (Seen on
//! AWS, re:Post QUL-z6rJbmR4meafB7MzYXxw: a throttled function is a 500 until `INTEGRATION_FAILURE` is defined, and
//! then a 504.) The guide's notes say that `REQUEST_TOO_LARGE` can't be customised while its table of types says that
//! it can; this follows the table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use local_template::Parameter;

use crate::context::Context;
use crate::fault::{Fault, ResponseType};
use crate::{Error, media_type};

const JSON: &str = "application/json";
/// AWS's own template.
const USUAL: &str = r#"{"message":$context.error.messageString}"#;

/// `GatewayResponses` of an API.
#[derive(Debug, Default)]
pub(crate) struct GatewayResponses(BTreeMap<ResponseType, Definition>);

#[derive(Debug, Default)]
struct Definition {
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, Parameter)>,
    templates: BTreeMap<String, String>,
}

impl GatewayResponses {
    pub(crate) fn new(described: &BTreeMap<String, local_template::GatewayResponse>) -> Result<Self, Error> {
        let definition = |(name, response): (&String, &local_template::GatewayResponse)| {
            let known = ResponseType::named(name).ok_or_else(|| Error::UnknownResponseType(name.clone()))?;
            Ok((known, Definition::new(name, response)?))
        };
        described.iter().map(definition).collect::<Result<_, _>>().map(Self)
    }

    /// The response to a request that is refused with a fault.
    pub(crate) fn response(&self, fault: Fault, context: &Context<'_>, request: &HeaderMap) -> Response<Bytes> {
        let response_type = fault.response_type();
        let fallback =
            if fault.status().is_client_error() { ResponseType::Default4xx } else { ResponseType::Default5xx };
        let (definition, status) = match (self.0.get(&response_type), self.0.get(&fallback)) {
            (Some(own), _) => {
                (Some(own), own.status.or(response_type.default_status()).unwrap_or_else(|| fault.status()))
            }
            (None, Some(default)) => (Some(default), default.status.unwrap_or_else(|| fault.status())),
            (None, None) => (None, fault.status()),
        };
        let variables = Variables { fault, context, status };
        let (content_type, body) = definition.map_or((JSON, USUAL), |definition| definition.template(request));
        let body = variables.fill(body, content_type.ends_with("json"));
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(fault.error_type()));
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap_or(HeaderValue::from_static(JSON)));
        for (name, parameter) in definition.iter().flat_map(|definition| &definition.headers) {
            let value = match parameter {
                Parameter::Literal(text) => HeaderValue::from_str(text).ok(),
                Parameter::Context(name) => variables.value(name).and_then(|value| HeaderValue::from_str(&value).ok()),
                Parameter::RequestHeader(name) => request.get(name).cloned(),
            };
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl Definition {
    fn new(response_type: &str, described: &local_template::GatewayResponse) -> Result<Self, Error> {
        let refused = |value: &str| Error::Header {
            location: format!("GatewayResponses: {response_type}"),
            value: value.to_owned(),
        };
        let status = described.status.map(|status| {
            let valid = StatusCode::from_u16(status).ok().filter(|code| (200..=599).contains(&code.as_u16()));
            valid.ok_or(Error::Status { response_type: response_type.to_owned(), status })
        });
        let mut headers = Vec::new();
        for (name, parameter) in &described.headers {
            if let Parameter::Literal(text) = parameter {
                HeaderValue::from_str(text).map_err(|_| refused(text))?;
            }
            headers.push((name.parse().map_err(|_| refused(name))?, parameter.clone()));
        }
        for media_type in described.templates.keys() {
            HeaderValue::from_str(media_type).map_err(|_| refused(media_type))?;
        }
        Ok(Self { status: status.transpose()?, headers, templates: described.templates.clone() })
    }

    /// The template for the first type the client accepts, else the JSON one, else any, with its type.
    fn template(&self, request: &HeaderMap) -> (&str, &str) {
        let accepted = media_type::accepted(request);
        let by_type = |wanted: &str| self.templates.iter().find(|(known, _)| known.eq_ignore_ascii_case(wanted));
        let found = by_type(accepted).or_else(|| by_type(JSON)).or_else(|| self.templates.iter().next());
        found.map_or((JSON, USUAL), |(media_type, template)| (media_type, template))
    }
}

/// What `$context` means in an answer.
struct Variables<'a> {
    fault: Fault,
    context: &'a Context<'a>,
    status: StatusCode,
}

impl Variables<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "error.message" => self.fault.message().map(Cow::Borrowed),
            "error.messageString" => Some(Cow::Owned(serde_json::json!(self.fault.message()).to_string())),
            "error.responseType" => Some(Cow::Borrowed(self.fault.response_type().name())),
            "status" => Some(Cow::Borrowed(self.status.as_str())),
            name => self.context.variable(name),
        }
    }

    /// Puts the variables into a template; one without a value is left out. What a client sent (a path, a user agent)
    /// is escaped in JSON, so that it stays inside the quotes that the template puts around it.
    fn fill(&self, template: &str, json: bool) -> String {
        const PREFIX: &str = "$context.";
        let mut filled = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(at) = rest.find(PREFIX) {
            filled.push_str(&rest[..at]);
            let after = &rest[at + PREFIX.len()..];
            let end = after
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
                .unwrap_or(after.len());
            // A full stop after a variable is the sentence's.
            let name = after[..end].trim_end_matches(['.', '-']);
            match self.value(name) {
                Some(value) if json && name != "error.messageString" => {
                    let quoted = serde_json::json!(value).to_string();
                    filled.push_str(&quoted[1..quoted.len() - 1]);
                }
                Some(value) => filled.push_str(&value),
                None => {}
            }
            rest = &after[name.len()..];
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests;
