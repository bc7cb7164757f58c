//! Why something could not be measured.

use std::io;
use std::path::PathBuf;

/// Each says what to do where that is known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{program} could not be run: {cause}")]
    Run { program: String, cause: io::Error },
    #[error("the workspace could not be read with `cargo metadata`: {0}")]
    Workspace(String),
    #[error("{0} does not build; see above")]
    Build(String),
    #[error(transparent)]
    Template(#[from] local_template::Error),
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("{} is not what this program writes: {cause}", path.display())]
    Json { path: PathBuf, cause: serde_json::Error },
    #[error("{what}: {cause}")]
    Network { what: String, cause: io::Error },
    /// An unexpected response.
    #[error("{who} answered {answer}, so there is nothing to measure")]
    Answer { who: String, answer: String },
    /// A process ended, or did not respond in time.
    #[error("{who} {what}")]
    Silent { who: String, what: String },
    #[error(transparent)]
    Database(#[from] local_dynamodb::Error),
    #[error("nothing is asked of the route {0} yet: bench/src/endpoints/cases.rs lacks a request for it")]
    NoRequest(String),
    #[error("{0} of the figures are over the budget; see above")]
    OverBudget(usize),
}

impl Error {
    /// The error of an operation on a file or folder.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { path, cause }
    }
}
