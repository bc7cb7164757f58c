//! The URL that a client used, as far as a gateway tells it.

use std::borrow::Cow;
use std::collections::HashMap;

use http::Uri;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::NOT_IN_A_URI;

const NOT_IN_A_PATH: &AsciiSet = &NOT_IN_A_URI.add(b'?').add(b'#');
const NOT_IN_A_QUERY: &AsciiSet = &NOT_IN_A_URI.add(b'#');

/// A URL whose query is given decoded, as a REST API gives it.
pub(super) fn with_parameters(
    is_plain: bool,
    host: Option<&str>,
    path: &str,
    parameters: &HashMap<String, Vec<String>>,
) -> Uri {
    if parameters.is_empty() {
        return with_query(is_plain, host, path, "");
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, values) in parameters {
        query.extend_pairs(values.iter().map(|value| (name, value)));
    }
    with_query(is_plain, host, path, &query.finish())
}

/// A URL whose query is given as it was sent, as an HTTP API gives it.
///
/// What does not fit into a [`Uri`] (64 KiB) is left out: the query, or else the path. The request has both apart.
pub(super) fn with_query(is_plain: bool, host: Option<&str>, path: &str, query: &str) -> Uri {
    let mut parts = Parts::default();
    let path: Cow<'_, str> = utf8_percent_encode(path, NOT_IN_A_PATH).into();
    let path = if path.starts_with('/') { path } else { format!("/{path}").into() };
    let whole = match query {
        "" => None,
        query => PathAndQuery::try_from(format!("{path}?{}", utf8_percent_encode(query, NOT_IN_A_QUERY))).ok(),
    };
    parts.path_and_query = whole.or_else(|| PathAndQuery::try_from(path.into_owned()).ok());
    if let Some(authority) = host.and_then(|host| Authority::try_from(host).ok()) {
        parts.authority = Some(authority);
        parts.scheme = Some(if is_plain { Scheme::HTTP } else { Scheme::HTTPS });
        parts.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
    }
    Uri::from_parts(parts).unwrap_or_default()
}
