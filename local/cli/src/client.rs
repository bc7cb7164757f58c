//! What subcommands ask the controls of a running stack.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control;
use crate::error::Error;
use crate::http_client::http;

/// Calls a control of the stack on `port`: a path under [`control::PREFIX`].
///
/// # Errors
/// [`Error::NoStack`], or [`Error::Refused`] with the control's own message.
pub async fn control<T: DeserializeOwned>(port: u16, method: Method, path: &str) -> Result<T, Error> {
    let request = http().request(method, format!("http://127.0.0.1:{port}{}{path}", control::PREFIX));
    let response = request.header(control::HEADER, "1").send().await.map_err(|_| Error::NoStack(port))?;
    let succeeded = response.status().is_success();
    let answer: Value = response.json().await.map_err(|_| Error::NoStack(port))?;
    if !succeeded {
        let message = answer.get("error").and_then(Value::as_str).map_or_else(|| answer.to_string(), str::to_owned);
        return Err(Error::Refused(message));
    }
    serde_json::from_value(answer).map_err(|_| Error::NoStack(port))
}
