//! `cargo local invoke`: calls a function of a running stack, as `aws lambda invoke` does.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use bytes::Bytes;
use clap::Args;
use http::StatusCode;
use reqwest::Url;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::running_stack::RunningStack;
use crate::console;
use crate::error::Error;
use crate::http_client::{self, FUNCTION_ERROR};

/// Call a function and print its answer
#[derive(Debug, Args)]
pub struct Invoke {
    /// The function: its logical id in the template, its name or its ARN
    function: String,
    /// The event, as JSON [default: {}]
    #[arg(value_name = "JSON", conflicts_with = "event")]
    payload: Option<String>,
    /// Read the event from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    event: Option<PathBuf>,
    #[command(flatten)]
    stack: RunningStack,
}

/// What a function that failed answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_type: String,
    error_message: String,
}

impl Invoke {
    /// Calls the function and prints its answer.
    ///
    /// # Errors
    /// [`Error::FunctionFailed`] if the function answers an error, [`Error::NoFunction`] if the stack has no such function.
    pub async fn run(self) -> Result<(), Error> {
        let Self { function, payload, event, stack } = self;
        let payload = match (payload, event) {
            (Some(json), _) => json.into(),
            (None, Some(file)) => read(&file)?,
            (None, None) => Bytes::new(),
        };
        let response = http_client::http()
            .post(url(stack.port, &function)?)
            .header(http::header::AUTHORIZATION, http_client::SIGNATURE)
            .body(payload)
            .send()
            .await
            .map_err(|_| Error::NoStack(stack.port))?;
        let (status, has_failed) = (response.status(), response.headers().contains_key(FUNCTION_ERROR));
        let answer = response.text().await.map_err(|_| Error::NoStack(stack.port))?;
        if stack.json && status.is_success() {
            let value: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
            console::say(&format!("{:#}", json!({"function": function, "hasFailed": has_failed, "answer": value})));
        }
        match status {
            StatusCode::NOT_FOUND => Err(Error::NoFunction { function, functions: stack.get("functions").await? }),
            // Another program listens on the port.
            status if !status.is_success() && !is_json(&answer) => Err(Error::NoStack(stack.port)),
            status if !status.is_success() => Err(Error::Refused(message(&answer))),
            _ if has_failed => Err(Error::FunctionFailed { function, error: message(&answer) }),
            _ => {
                if !stack.json {
                    console::say(&answer);
                }
                Ok(())
            }
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// `POST /2015-03-31/functions/{FunctionName}/invocations`
fn url(port: u16, function: &str) -> Result<Url, Error> {
    let base = format!("http://127.0.0.1:{port}/2015-03-31/functions/");
    let mut url = Url::parse(&base).map_err(|_| Error::NoStack(port))?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([function, "invocations"]);
    }
    Ok(url)
}

/// The text in a file, or on standard input for `-`.
///
/// # Errors
/// [`Error::File`], also where it is not UTF-8.
pub fn text(file: &Path) -> Result<String, Error> {
    String::from_utf8(read(file)?.into()).map_err(|cause| Error::File {
        path: file.to_owned(),
        cause: io::Error::new(io::ErrorKind::InvalidData, cause),
    })
}

/// The event in a file, or on standard input for `-`.
fn read(file: &Path) -> Result<Bytes, Error> {
    let mut text = Vec::new();
    let read = if file == "-" { io::stdin().read_to_end(&mut text).map(|_| text) } else { fs::read(file) };
    read.map(Bytes::from).map_err(|cause| Error::File { path: file.to_owned(), cause })
}

/// What an error says, whoever answers it: the function (`errorType`, `errorMessage`) or the Invoke API (`message`,
/// `Message`).
pub fn message(answer: &str) -> String {
    if let Ok(FunctionError { error_type, error_message }) = serde_json::from_str(answer) {
        return format!("{error_type}: {error_message}");
    }
    let answer_json: Value = serde_json::from_str(answer).unwrap_or_default();
    let message = answer_json.get("message").or_else(|| answer_json.get("Message")).and_then(Value::as_str);
    message.unwrap_or(answer).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_the_words_of_whoever_answers() {
        assert_eq!(message(r#"{"errorType":"NotFound","errorMessage":"no such item"}"#), "NotFound: no such item");
        assert_eq!(message(r#"{"Type":"User","message":"Rate Exceeded."}"#), "Rate Exceeded.");
        assert_eq!(message(r#"{"Type":"User","Message":"Function not found: a"}"#), "Function not found: a");
        assert_eq!(message("Bad Gateway"), "Bad Gateway");
    }

    #[tokio::test]
    async fn another_program_on_the_port_is_no_stack() {
        let port = http_client::testing::answering("HTTP/1.1 501 Not Implemented\r\nContent-Length: 7\r\n\r\n<html/>");
        let stack = RunningStack { port, json: false };
        let call = Invoke { function: "Resize".to_owned(), payload: None, event: None, stack };
        assert!(matches!(call.run().await, Err(Error::NoStack(given)) if given == port));
    }

    #[test]
    fn a_function_may_be_named_by_its_arn() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:Resize";
        assert_eq!(url(3000, arn).unwrap().path(), format!("/2015-03-31/functions/{arn}/invocations"));
        assert_eq!(url(3000, "a/b").unwrap().path(), "/2015-03-31/functions/a%2Fb/invocations");
    }
}
