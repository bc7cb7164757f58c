//! Why a seed file was not sent.

use std::io;
use std::path::PathBuf;

use http::Method;

/// A seed file that can't be read, or a step of it that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("{}: {cause}", file.display())]
    File { file: PathBuf, cause: io::Error },
    /// A line can't be understood.
    #[error("{}, line {line}: {problem}", file.display())]
    Line { file: PathBuf, line: usize, problem: String },
    /// A request failed. `step` has its title, and `line` is where it begins.
    #[error("{}, line {line} ({step}): {problem}", file.display())]
    Step { file: PathBuf, line: usize, step: String, problem: Box<Problem> },
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A variable has no value.
    #[error("{{{{{0}}}}} has no value")]
    UnknownValue(String),
    /// The request goes to another server.
    #[error("{0} is not at {{{{host}}}}, which is this stack")]
    OtherHost(String),
    /// The request was answered with an error.
    #[error("{method} {path} was answered with {status}: {body}")]
    Refused { method: Method, path: String, status: String, body: String },
    /// The request was not answered.
    #[error("{method} {path}: {}", root(cause))]
    NotSent { method: Method, path: String, cause: reqwest::Error },
}

/// The first cause of an error: "builder error" alone would not say what is wrong with a request.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
