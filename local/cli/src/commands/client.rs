//! What commands ask the controls of a running stack.

use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control;
use crate::error::Error;
use crate::http_client::http;

/// What a segment of a path writes with `%`: all but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as a segment of a path.
pub fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// Calls a control of the stack on `port`: a path under [`control::PREFIX`].
///
/// # Errors
/// [`Error::NoStack`], [`Error::Unknown`] for what the stack does not have, or [`Error::Refused`], both with the control's own
/// message.
pub async fn control<T: DeserializeOwned>(
    port: u16,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<T, Error> {
    let mut request = http().request(method, format!("http://127.0.0.1:{port}{}{path}", control::PREFIX));
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.header(control::HEADER, "1").send().await.map_err(|_| Error::NoStack(port))?;
    let status = response.status();
    let answer: Value = response.json().await.map_err(|_| Error::NoStack(port))?;
    if !status.is_success() {
        let message = answer.get("error").and_then(Value::as_str).map_or_else(|| answer.to_string(), str::to_owned);
        return Err(if status == StatusCode::NOT_FOUND { Error::Unknown(message) } else { Error::Refused(message) });
    }
    serde_json::from_value(answer).map_err(|_| Error::NoStack(port))
}
