//! `GatewayResponses` of an API. AWS SAM: "RestApi GatewayResponses"; API Gateway: "Gateway response types for API
//! Gateway", "Set up a gateway response".

use std::collections::BTreeMap;

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{GatewayResponse, Parameter};

const TYPES: [&str; 21] = [
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
];

const PROPERTIES: Accepted =
    Accepted { emulated: &["StatusCode", "ResponseParameters", "ResponseTemplates"], without_effect: &[] };

pub(super) fn gateway_responses(field: &Field<'_>) -> Option<BTreeMap<String, GatewayResponse>> {
    let responses = field.entries()?.into_iter().map(|(kind, field)| {
        if !TYPES.contains(&kind) {
            return field.refuse(format!("`{kind}` is no gateway response type"));
        }
        Some((kind.to_owned(), gateway_response(&field)?))
    });
    responses.collect::<Vec<_>>().into_iter().collect()
}

fn gateway_response(field: &Field<'_>) -> Option<GatewayResponse> {
    field.only(&PROPERTIES);
    let status = optional(field.get("StatusCode"), |field| field.whole(100..=599));
    let headers = or_default(field.get("ResponseParameters"), Vec::new(), |parameters| {
        parameters.only(&Accepted { emulated: &["Headers"], without_effect: &[] });
        headers(&parameters.get("Headers")?)
    });
    let templates = or_default(field.get("ResponseTemplates"), BTreeMap::new(), |field| templates(&field));
    Some(GatewayResponse { status: status?, headers: headers?, templates: templates? })
}

/// The headers by their bare names: SAM puts `gatewayresponse.header.` before them.
fn headers(field: &Field<'_>) -> Option<Vec<(String, Parameter)>> {
    let headers = field.entries()?.into_iter().map(|(name, field)| {
        if name.starts_with("gatewayresponse.") {
            return field.refuse("SAM adds `gatewayresponse.header.` itself: write the header's name alone");
        }
        Some((name.to_owned(), parameter(&field)?))
    });
    headers.collect::<Vec<_>>().into_iter().collect()
}

fn parameter(field: &Field<'_>) -> Option<Parameter> {
    let text = field.text()?;
    if let Some(literal) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return Some(Parameter::Literal(literal.to_owned()));
    }
    if let Some(name) = text.strip_prefix("context.") {
        return Some(Parameter::Context(name.to_owned()));
    }
    if let Some(name) = text.strip_prefix("method.request.header.") {
        return Some(Parameter::RequestHeader(name.to_owned()));
    }
    field.refuse(format!("`{text}` is not emulated here: write \"'text'\", context.… or method.request.header.…"))
}

/// The templates by media type. The gateway replaces `$context.…` in them and nothing else: they are not VTL.
fn templates(field: &Field<'_>) -> Option<BTreeMap<String, String>> {
    let templates = field.entries()?.into_iter().map(|(media_type, field)| {
        let text = field.text()?;
        let mut variables = text.split('$').skip(1);
        let odd = variables.find(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '{') && !rest.starts_with("context.")
        });
        if let Some(rest) = odd {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "{.".contains(*c)).collect();
            return field.refuse(format!("`${name}`: a gateway response knows $context variables only"));
        }
        Some((media_type.to_owned(), text))
    });
    templates.collect::<Vec<_>>().into_iter().collect()
}
