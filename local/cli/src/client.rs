//! The client side of a running stack: what subcommands send to its port.

use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control;
use crate::error::Error;

/// The `Authorization` header of requests to the AWS services. The stack wants to see a signature (Signature Version 4)
/// and does not check it: only this machine reaches it.
pub const SIGNATURE: &str =
    "AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none";

/// The header of an answer of the Invoke API if the function failed.
pub const FUNCTION_ERROR: &str = "x-amz-function-error";

/// An HTTP client for this machine: it asks no proxy.
pub fn http() -> Client {
    // Fails only where TLS can't be set up, and there is none.
    Client::builder().no_proxy().build().unwrap_or_default()
}

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
