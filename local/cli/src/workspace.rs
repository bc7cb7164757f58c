//! The cargo workspace the stack is built from.

use std::path::PathBuf;

use serde::Deserialize;
use tokio::process::Command;

use crate::error::Error;

/// Where things are.
#[derive(Debug, Clone, Deserialize)]
pub struct Workspace {
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
}

impl Workspace {
    /// The workspace of the current folder.
    pub async fn find() -> Result<Self, Error> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .output()
            .await
            .map_err(Error::Cargo)?;
        if !output.status.success() {
            return Err(Error::Workspace(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| Error::Workspace(error.to_string()))
    }
}

/// A cargo with the environment its user gave it. What `cargo run` adds for the program it runs would make build
/// scripts that look at it run again, and with them half the build.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let added = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if added.iter().any(|prefix| text.starts_with(prefix)) || text == "OUT_DIR" {
            command.env_remove(name);
        }
    }
    command
}
