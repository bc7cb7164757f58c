//! The workspace that is measured: its folders and its template.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use local_template::System;
use serde::Deserialize;

use crate::cargo::cargo;
use crate::error::Error;

/// The profile that programs which only help measuring are built with; this one too.
pub const TOOLS: &str = "optimized";

/// The local stack's program.
pub const STACK: &str = "local";

/// The workspace, and what its template says.
#[derive(Debug)]
pub struct World {
    /// The workspace's root, where `template.yaml` is.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The profile that functions are built with.
    pub profile: String,
    /// The template, with its parameters' defaults.
    pub system: System,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl World {
    /// The workspace of the current folder.
    pub async fn find(profile: String) -> Result<Self, Error> {
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let output = command.output().await.map_err(|cause| Error::Run { program: "cargo".to_owned(), cause })?;
        if !output.status.success() {
            return Err(Error::Workspace(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let Metadata { workspace_root: root, target_directory: target } =
            serde_json::from_slice(&output.stdout).map_err(|error| Error::Workspace(error.to_string()))?;
        let system = System::read(&root.join("template.yaml"), &Default::default())?;
        Ok(Self { root, target, profile, system })
    }

    /// The names of all functions' binaries.
    pub fn binaries(&self) -> BTreeSet<&str> {
        self.system.functions.values().map(|function| function.binary.as_str()).collect()
    }

    /// All routes: `GET /api/products/{id}`.
    pub fn routes(&self) -> BTreeSet<String> {
        let routes = self.system.api.iter().flat_map(|api| &api.routes);
        routes.map(|route| format!("{} {}", route.method, route.path)).collect()
    }

    /// Where a function's binary is, once it is built.
    pub fn function(&self, binary: &str) -> PathBuf {
        profile_folder(&self.target, &self.profile).join(binary)
    }

    /// Where the local stack's program is, once it is built.
    pub fn stack(&self) -> PathBuf {
        profile_folder(&self.target, TOOLS).join(STACK)
    }

    /// A folder of its own for what a part needs (data, builds), beside the figures. It may not be there yet.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.target.join("measure").join(name)
    }
}

/// Where cargo puts what it builds with a profile.
pub fn profile_folder(target: &Path, profile: &str) -> PathBuf {
    target.join(if profile == "dev" { "debug" } else { profile })
}
