//! The console: web pages that show what runs on this machine and what each request caused.
//!
//! The files of `pages/` are part of the program, so the console needs no network and nothing is built for it. They are
//! plain HTML, CSS and JavaScript modules; `main.js` is the first one to read. The pages hold no data: what they show they
//! ask of the controls under [`ROOT`], with a header that no other web page can send.
#![warn(missing_docs)]

mod files;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};

/// The console's path.
pub const ROOT: &str = "/_local/";

/// Nothing is loaded from elsewhere, no text becomes markup or code, and no other page can put this one into a frame
/// (Content Security Policy Level 3; Trusted Types).
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // Another version of the program serves other files at the same place.
    (header::CACHE_CONTROL, "no-cache"),
];

/// The console's file at a path; `None` if the request is not for one.
#[must_use]
pub fn answer(method: &Method, path: &str) -> Option<Response<Bytes>> {
    // Of an answer to HEAD, the server sends the head.
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let Some(name) = path.strip_prefix(ROOT) else {
        return (path == ROOT.trim_end_matches('/')).then(redirect);
    };
    let name = if name.is_empty() { files::START } else { name.strip_prefix("assets/")? };
    let (content_type, content) = files::find(name)?;
    let mut response = Response::new(Bytes::from_static(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Some(response)
}

/// Leads to the console.
#[must_use]
pub fn redirect() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(ROOT));
    // A template may get a route of its own here.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
