//! CORS headers (Fetch standard, "CORS protocol") of a function's answers; preflights are the gateway's.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderValue, header};

/// Allows the origin the template names in `ALLOWED_ORIGINS`; without one, no other origin reads the answers.
pub(crate) fn allow(headers: &mut HeaderMap) {
    static ORIGIN: OnceLock<Option<HeaderValue>> = OnceLock::new();
    let origin = ORIGIN.get_or_init(|| {
        let origin = std::env::var("ALLOWED_ORIGINS").ok()?;
        HeaderValue::from_str(&origin).ok().filter(|value| !value.is_empty())
    });
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Request-ID,Location,Retry-After"));
    if origin != "*" {
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
}
