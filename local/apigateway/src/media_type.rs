//! Which bodies are binary. Developer Guide: "Binary media types for REST APIs in API Gateway".

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

/// `BinaryMediaTypes` of an API.
#[derive(Debug, Default)]
pub(crate) struct BinaryMediaTypes(Vec<String>);

impl BinaryMediaTypes {
    /// SAM templates write the slash as `~1` (`image~1png`).
    pub(crate) fn new(types: &[String]) -> Self {
        Self(types.iter().map(|media_type| media_type.replace("~1", "/").to_ascii_lowercase()).collect())
    }

    /// Whether a body of that type is binary; `*` stands for any type or subtype.
    pub(crate) fn include(&self, media_type: &str) -> bool {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        let covers = |pattern: &str, part: &str| pattern == "*" || pattern.eq_ignore_ascii_case(part);
        self.0
            .iter()
            .filter_map(|pattern| pattern.split_once('/'))
            .any(|(wanted_kind, wanted_subtype)| covers(wanted_kind, kind) && covers(wanted_subtype, subtype))
    }
}

/// What a body or a response is where the client does not say.
const JSON: &str = "application/json";

/// What the client sent. Of several headers the last counts, as in the event's `headers`.
pub(crate) fn sent(headers: &HeaderMap) -> &str {
    headers.get_all(CONTENT_TYPE).iter().next_back().and_then(first).unwrap_or(JSON)
}

/// What the client wants to be answered in.
pub(crate) fn accepted(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT).and_then(first).unwrap_or(JSON)
}

/// The first media type of a header, without parameters. API Gateway honours no other of an `Accept`
/// ("Important notes").
fn first(value: &HeaderValue) -> Option<&str> {
    let first = value.to_str().ok()?.split([',', ';']).next()?.trim();
    (!first.is_empty()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_types_and_subtypes() {
        let types = |types: &[&str]| BinaryMediaTypes::new(&types.iter().map(|&t| t.to_owned()).collect::<Vec<_>>());
        assert!(types(&["image~1png"]).include("image/png"));
        assert!(types(&["image/png"]).include("IMAGE/PNG"));
        assert!(!types(&["image/png"]).include("image/jpeg"));
        assert!(types(&["image/*"]).include("image/jpeg"));
        assert!(types(&["*/*"]).include("application/json"));
        assert!(types(&["*~1*"]).include("text/plain"));
        assert!(!types(&["image/png"]).include("*/*"));
        assert!(!types(&[]).include("image/png"));
    }

    #[test]
    fn only_the_first_accepted_type_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(accepted(&headers), "application/json");
        headers.insert(ACCEPT, "image/webp;q=0.9, */*".parse().unwrap());
        assert_eq!(accepted(&headers), "image/webp");
    }
}
