//! Fills a new data folder: sends the requests of a seed file to the stack, one after the other.
//!
//! A seed file is an `.http` file as the REST Client of VS Code has them, so an editor can send the same requests. See
//! [`mod@file`] for what it may hold and [`values`] for its variables.

pub mod error;
mod file;
mod values;

use std::path::{Path, PathBuf};

use http::{HeaderName, header};
use reqwest::{Client, Response};

use crate::http_client::{FUNCTION_ERROR, SIGNATURE, http};
use error::{Error, Problem};
use file::{Content, Step};
use values::{Exchange, Values};

/// A seed file that was read.
#[derive(Debug)]
pub struct Seed {
    path: PathBuf,
    content: Content,
}

impl Seed {
    /// Reads a seed file.
    ///
    /// # Errors
    /// [`Error::File`] or [`Error::Line`]
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.to_owned();
        let text = std::fs::read_to_string(path).map_err(|cause| Error::File { file: file.clone(), cause })?;
        let content = Content::parse(&text).map_err(|(line, problem)| Error::Line { file, line, problem })?;
        Ok(Self { path: path.to_owned(), content })
    }

    /// Sends the requests to the stack at `url` and gives the lines that the file says to print.
    ///
    /// # Errors
    /// [`Error::Step`] for the first request that does not succeed.
    pub async fn send(&self, url: &str) -> Result<Vec<String>, Error> {
        let client = http();
        let mut values = Values::new(url, &self.content.variables);
        let mut printed = Vec::new();
        for step in &self.content.steps {
            let failed = |problem| Error::Step {
                file: self.path.clone(),
                line: step.line,
                step: step.title.clone(),
                problem: Box::new(problem),
            };
            let exchange = send(step, url, &client, &values).await.map_err(failed)?;
            if let Some(name) = &step.name {
                values.answered(name, exchange);
            }
            for text in &step.printed {
                printed.push(values.fill(text).map_err(failed)?);
            }
        }
        Ok(printed)
    }
}

async fn send(step: &Step, stack: &str, client: &Client, values: &Values) -> Result<Exchange, Problem> {
    let url = values.fill(&step.url)?;
    let Some(path) = url.strip_prefix(stack).filter(|path| path.starts_with('/')) else {
        return Err(Problem::OtherHost(url));
    };
    let (method, path) = (step.method.clone(), path.to_owned());
    let body = values.fill(&step.body)?;
    let mut request = client.request(method.clone(), &url).body(body.clone());
    for (name, value) in &step.headers {
        request = request.header(name, signed(name, values.fill(value)?));
    }
    let not_sent = |cause| Problem::NotSent { method: method.clone(), path: path.clone(), cause };
    let response = request.send().await.map_err(not_sent)?;
    let status = status(&response);
    let answer = response.text().await.map_err(not_sent)?;
    match status {
        Ok(()) => Ok(Exchange::new(&body, &answer)),
        Err(status) => Err(Problem::Refused { method, path, status, body: answer }),
    }
}

/// The header with AWS credentials (`AWS KEY SECRET …`) in the form that a signature has: REST Client signs here.
fn signed(name: &HeaderName, value: String) -> String {
    if *name == header::AUTHORIZATION && value.starts_with("AWS ") { SIGNATURE.to_owned() } else { value }
}

/// Why an answer is no success, if it is none. The Invoke API answers 200 for a function that failed.
fn status(response: &Response) -> Result<(), String> {
    let status = response.status();
    if !status.is_success() {
        return Err(status.to_string());
    }
    match response.headers().contains_key(FUNCTION_ERROR) {
        true => Err(format!("{status} and the function's error")),
        false => Ok(()),
    }
}
