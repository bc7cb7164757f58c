//! The methods of a REST API, and which of them a request calls.

use http::Method;
use http::request::Parts;

use crate::request_headers::METHOD_OVERRIDE;

/// The methods that a resource can have, and that `ANY` stands for.
pub(crate) const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The request's method, unless `X-HTTP-Method-Override` names another ("Important notes": "API Gateway overrides the
/// method").
pub(crate) fn of_request(head: &Parts) -> Method {
    let wanted = head.headers.get(METHOD_OVERRIDE).and_then(|value| value.to_str().ok());
    let known = wanted.and_then(|wanted| METHODS.iter().find(|known| known.eq_ignore_ascii_case(wanted)));
    known.and_then(|known| known.parse().ok()).unwrap_or_else(|| head.method.clone())
}
