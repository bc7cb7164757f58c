//! What runs as a function: a binary and the environment that Lambda starts it in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::error::Error;

/// A binary and how to start it.
#[derive(Debug, Clone)]
pub struct Program {
    /// The binary's name.
    pub name: String,
    pub path: PathBuf,
    /// Its variables, Lambda's own left out.
    pub environment: BTreeMap<String, String>,
    /// What it may take for one event.
    pub timeout: Duration,
    /// `MemorySize`.
    pub memory_mb: u32,
    /// Where what it writes goes.
    pub log: PathBuf,
}

impl Program {
    /// The command that starts it. Nothing of this process's own environment gets through.
    pub fn command(&self, runtime_api: SocketAddr) -> Result<Command, Error> {
        let mut options = std::fs::OpenOptions::new();
        let log = options.create(true).append(true).open(&self.log).map_err(Error::file(&self.log))?;
        let errors = log.try_clone().map_err(Error::file(&self.log))?;
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[$LATEST]0123456789abcdef")
            .env("LANG", "en_US.UTF-8")
            .env("TZ", ":UTC")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .kill_on_drop(true);
        Ok(command)
    }

    /// The last it wrote, to go with an error.
    pub fn last_words(&self) -> String {
        last_line(&self.log).map_or_else(String::new, |line| format!(" (it wrote: {line})"))
    }
}

fn last_line(path: &Path) -> Option<String> {
    Some(std::fs::read_to_string(path).ok()?.lines().last()?.to_owned())
}
