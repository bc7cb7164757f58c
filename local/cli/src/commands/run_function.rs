//! `cargo local run-function`: what `cargo lambda watch` starts functions through.

use std::path::PathBuf;

use clap::Args;

use crate::environment;
use crate::error::Error;

/// Run a function's executable with the environment that a file has for its name
#[derive(Debug, Args)]
pub struct RunFunction {
    /// The file that `cargo local --only backends` has written
    environment: PathBuf,
    /// The function's executable
    executable: PathBuf,
}

impl RunFunction {
    /// Replaces this process by the function.
    ///
    /// # Errors
    /// See [`environment::run`].
    pub fn run(self) -> Result<(), Error> {
        environment::run(&self.environment, &self.executable)
    }
}
