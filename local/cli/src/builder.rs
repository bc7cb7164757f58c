//! Builds the functions with cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use local_lambda::Reaper;
use serde::Deserialize;

use crate::error::Error;
use crate::workspace::{Workspace, cargo};

/// Executables by the names of their binary targets.
pub type Executables = BTreeMap<String, PathBuf>;

/// Builds the binaries that the template names.
#[derive(Clone)]
pub struct Builder {
    workspace: Workspace,
    profile: String,
    binaries: BTreeSet<String>,
    reaper: Reaper,
}

/// A line of `cargo build --message-format=json`, as far as it is read.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

impl Builder {
    pub fn new(workspace: Workspace, profile: String, binaries: BTreeSet<String>, reaper: Reaper) -> Self {
        Self { workspace, profile, binaries, reaper }
    }

    /// Builds what has changed; cargo shows its progress on the terminal.
    pub async fn build(&self) -> Result<Executables, Error> {
        // Asked for no binary, cargo would build them all.
        if self.binaries.is_empty() {
            return Ok(Executables::new());
        }
        let mut command = cargo();
        command
            .current_dir(&self.workspace.root)
            .args(["build", "--message-format=json-render-diagnostics", "--profile", &self.profile])
            .args(self.binaries.iter().flat_map(|binary| ["--bin", binary]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        // The build ends when this process is killed.
        self.reaper.enlist(&mut command);
        let building = command.spawn().map_err(Error::Cargo)?;
        let output = building.wait_with_output().await.map_err(Error::Cargo)?;
        if !output.status.success() {
            return Err(Error::Build);
        }
        let built = executables(&output.stdout);
        match self.binaries.iter().find(|binary| !built.contains_key(*binary)) {
            Some(missing) => Err(Error::NoBinary(missing.clone())),
            None => Ok(built),
        }
    }
}

/// The executables of an earlier build with this profile; without a profile, those beside this executable.
pub fn built_before(
    binaries: &BTreeSet<String>,
    workspace: &Workspace,
    profile: Option<&str>,
) -> Result<Executables, Error> {
    let own = std::env::current_exe().map_err(Error::Start)?;
    let folder = match profile {
        None => own.parent().unwrap_or(Path::new(".")).to_owned(),
        Some("dev") => workspace.target.join("debug"),
        Some(profile) => workspace.target.join(profile),
    };
    binaries
        .iter()
        .map(|binary| {
            let path = folder.join(binary);
            if path.is_file() { Ok((binary.clone(), path)) } else { Err(Error::NotBuilt(path)) }
        })
        .collect()
}

/// The executables in the messages of `cargo build`.
pub fn executables(messages: &[u8]) -> Executables {
    let lines = messages.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    messages
        .filter(|message| message.reason == "compiler-artifact")
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_read_from_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"users"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"login"},"executable":"/t/debug/login"}
{"reason":"build-finished","success":true}
not json"#;
        assert_eq!(executables(messages), BTreeMap::from([("login".to_owned(), PathBuf::from("/t/debug/login"))]));
    }
}
