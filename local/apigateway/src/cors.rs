//! Preflights: the mock `OPTIONS` method that SAM gives every path of an API with `Cors`.
//!
//! `samtranslator/swagger/swagger.py`, `_options_method_response_for_cors`: status 200, body `{}`, no authorizer; the
//! methods are those of the path and `OPTIONS`, in alphabetical order, unless the template names some. A header that
//! is left empty is left out.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE,
};
use http::{HeaderMap, HeaderValue, Response};
use local_template::Cors;

use crate::Error;
use crate::method::METHODS;

/// What `OPTIONS` answers on a path.
#[derive(Debug, Clone)]
pub(crate) struct Preflight(HeaderMap);

impl Preflight {
    /// The preflight of a path with these methods.
    pub(crate) fn new<'a>(cors: &Cors, methods: impl Iterator<Item = &'a str>) -> Result<Self, Error> {
        let mut methods: Vec<_> = methods.collect();
        if methods.contains(&"ANY") {
            methods = METHODS.to_vec();
        } else {
            methods.push("OPTIONS");
            methods.sort_unstable();
        }
        let own_methods = methods.join(",");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            (ACCESS_CONTROL_ALLOW_ORIGIN, cors.allow_origin.as_str()),
            (ACCESS_CONTROL_ALLOW_HEADERS, cors.allow_headers.as_deref().unwrap_or_default()),
            (ACCESS_CONTROL_ALLOW_METHODS, cors.allow_methods.as_deref().unwrap_or(&own_methods)),
            (ACCESS_CONTROL_MAX_AGE, cors.max_age.as_deref().unwrap_or_default()),
            (ACCESS_CONTROL_ALLOW_CREDENTIALS, if cors.allow_credentials { "true" } else { "" }),
        ] {
            if !value.is_empty() {
                let refused = |_| Error::Header { location: format!("Cors: {name}"), value: value.to_owned() };
                headers.insert(name.clone(), HeaderValue::from_str(value).map_err(refused)?);
            }
        }
        Ok(Self(headers))
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from_static(b"{}\n"));
        *response.headers_mut() = self.0.clone();
        response
    }
}
