//! Errors as RFC 9457 problem details, for clients that ask for them.

use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{failure, headers};

/// The media type of RFC 9457, section 6.1.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Whether `Accept` names the media type itself, not with `q=0` (RFC 9110, section 12.5.1).
pub(crate) fn is_accepted(request: &HeaderMap) -> bool {
    headers::all(request, "accept").flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case(MEDIA_TYPE))
            && !parts.filter_map(|part| part.split_once('=')).any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
            })
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    details: &'a Map<String, Value>,
    request_id: &'a str,
}

/// `about:blank` says that the status tells the type; `code`, `details` and `requestId` extend it (section 3.2).
pub(crate) fn body(failure: &failure::Inner, request_id: &str) -> String {
    let status = failure.code.status();
    let problem = Problem {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        detail: &failure.message,
        code: failure.code.as_str(),
        details: &failure.details,
        request_id,
    };
    serde_json::to_string(&problem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    #[test]
    fn only_the_media_type_by_name_is_accepted() {
        let accepted =
            |accept: &str| super::is_accepted(&HeaderMap::from_iter([(http::header::ACCEPT, accept.parse().unwrap())]));
        assert!(accepted("application/problem+json"));
        assert!(accepted("application/json;q=0.5, Application/Problem+JSON; q=0.9"));
        assert!(!accepted("*/*"));
        assert!(!accepted("application/json"));
        assert!(!accepted("application/problem+json;q=0"));
    }
}
